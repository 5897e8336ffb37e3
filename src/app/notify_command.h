// SPDX-License-Identifier: MIT
/* `claude-relay notify ...`: where notices go, and whether one arrives. */
#pragma once

#include "config/config.h"

#define NOTIFY_COMMAND_USAGE                                                   \
    "notify test   (sends a notice, and says what came of it)\n"               \
    "notify set [--format FORMAT]   (where notices go: asks for the address, " \
    "or reads it from standard input)\n"                                       \
    "notify off\n"                                                             \
    "notify show [--json]"

/* `argv` begins after "notify".  Returns the exit status. */
int notify_command_run(int argc, char **argv, const struct config *config);
