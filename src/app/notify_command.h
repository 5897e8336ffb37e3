// SPDX-License-Identifier: MIT
/* `claude-relay notify test`: does a notice arrive? */
#pragma once

#include "config/config.h"

#define NOTIFY_COMMAND_USAGE                                                   \
    "notify test   (sends a notice to NOTIFY_URL, and says what came of it)"

/* `argv` begins after "notify".  Returns the exit status. */
int notify_command_run(int argc, char **argv, const struct config *config);
