// SPDX-License-Identifier: MIT
/* `claude-relay requests --running` and `requests cancel`. */
#pragma once

#include "config/config.h"

/* True if the arguments of `requests` are about what runs: then it is done, and `*status`
   is the exit status. */
bool running_command_run(int argc, char **argv, const struct config *config,
                         int *status);
