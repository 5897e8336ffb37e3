// SPDX-License-Identifier: MIT
/* `claude-relay account import [--dry-run] [FROM [NAME]]`: accounts from the seed's
   data folder, or from the file in which Claude Code keeps its own login. */
#pragma once

#include "config/config.h"

/* `argv` begins behind "import".  Returns the exit status. */
int import_command_run(int argc, char **argv, const struct config *config);
