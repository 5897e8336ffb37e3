// SPDX-License-Identifier: MIT
/* The audit log's entries of commands that work on the folder without the management
   API: secret rotate, backup, restore.  Blocking. */
#pragma once

#include "base/json.h"
#include "config/config.h"

struct command_act {
    const char *action;  /* "secret.rotate" */
    struct str target;   /* or empty */
    struct json_doc *is; /* what came of it; taken over */
};

/* It was done.  If that cannot be written, a warning says so, and nothing else
   happens: what was done is done.  A folder without a database gets none. */
void command_audit(const struct config *config, const struct command_act *act);
