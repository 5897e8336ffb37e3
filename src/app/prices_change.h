// SPDX-License-Identifier: MIT
/* `claude-relay prices set|remove`: prices of one's own, by the management API.  Main
   thread. */
#pragma once

#include "base/json.h"
#include "config/config.h"

/* `argv` begins after "set" or "remove".  The exit status. */
int prices_change_set(int argc, char **argv, const struct config *config);
int prices_change_remove(int argc, char **argv, const struct config *config);

/* The row that such arguments mean, the caller's; NULL and err if they are none.  Pure. */
struct json_doc *prices_change_row(int argc, char **argv,
                                   struct err *err) MUST_CHECK;
