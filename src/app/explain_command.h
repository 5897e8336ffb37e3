// SPDX-License-Identifier: MIT
/* `claude-relay explain`: which account would serve a request, and why not the others.
   Main thread. */
#pragma once

#include "config/config.h"

#define EXPLAIN_COMMAND_USAGE                                                  \
    "explain [--key NAME] [--model MODEL] [--session ID] [--account "          \
    "NAME] [--id ID] [--json]"

int explain_command_run(int argc, char **argv, const struct config *config);
