// SPDX-License-Identifier: MIT
/* `claude-relay top`: the relay at a glance, as it goes. */
#pragma once

#include "config/config.h"

#define TOP_COMMAND_USAGE                                                      \
    "top   (the relay as it goes; q ends it; once where there is no terminal)"

int top_command_run(int argc, char **argv, const struct config *config);
