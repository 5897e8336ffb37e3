// SPDX-License-Identifier: MIT
/* `claude-relay requests show ID`: one request, and where its time went. */
#pragma once

#include "config/config.h"

#define REQUEST_SHOW_USAGE "requests show ID [--json]"

/* `argv` begins after "show".  Returns the exit status. */
int request_show_run(int argc, char **argv, const struct config *config);
