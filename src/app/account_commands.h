// SPDX-License-Identifier: MIT
/* `claude-relay account ...`. */
#pragma once

#include "config/config.h"

/* `argv` begins behind "account".  Returns the exit status. */
int account_commands_run(int argc, char **argv, const struct config *config);
