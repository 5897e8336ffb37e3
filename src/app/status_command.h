// SPDX-License-Identifier: MIT
/* `claude-relay status [--json]`: the running relay at a glance.  Exit status, as for a
   service script: 0 it runs, degraded or not (a restart mends nothing of that), 1 it
   runs but does not answer, 3 none runs on the folder. */
#pragma once

#include "config/config.h"

#define STATUS_COMMAND_USAGE "status [--json]"
#define STATUS_COMMAND_NONE 3

/* For commands that need a running relay, where there is none: says so, and whether one
   is there that does not answer.  Returns the exit status. */
int status_command_say_none(const struct config *config);

int status_command_run(int argc, char **argv, const struct config *config);
