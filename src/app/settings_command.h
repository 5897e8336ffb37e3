// SPDX-License-Identifier: MIT
/* `claude-relay settings`: the options in force, and where they are from.  Main thread. */
#pragma once

#include "config/config.h"

#define SETTINGS_COMMAND_USAGE "settings [NAME] [--json]"

int settings_command_run(int argc, char **argv, const struct config *config);
