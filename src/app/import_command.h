// SPDX-License-Identifier: MIT
/* `claude-relay account import`: accounts from another relay, from another folder of
   this one's, or Claude Code's own login.  What is read is left as it is. */
#pragma once

#include "config/config.h"

#define IMPORT_COMMAND_USAGE                                                   \
    "account import [--from crs|sub2api|cliproxyapi|claude-code|seed] "        \
    "[--dry-run] [--prefix TEXT]\n"                                            \
    "               [FILE|FOLDER|- [NAME]]"

/* `argv` begins behind "import".  Returns the exit status: 0 if everything of
   Anthropic's was taken over or is there already, else 1. */
int import_command_run(int argc, char **argv, const struct config *config);
