// SPDX-License-Identifier: MIT
/* `claude-relay sessions`: the browsers that are signed in to the running relay. */
#pragma once

#include "config/config.h"

#define SESSIONS_COMMAND_USAGE                                                 \
    "sessions [--json]\n"                                                      \
    "sessions end"

int sessions_command_run(int argc, char **argv, const struct config *config);
