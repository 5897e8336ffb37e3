// SPDX-License-Identifier: MIT
/* `claude-relay key ...`: relay keys and their groups. */
#pragma once

#include "config/config.h"

#define KEY_COMMANDS_USAGE                                                     \
    "key create NAME [--owner TEXT] [--group NAME] [--limit NAME=VALUE]... "   \
    "[--account NAME]... [--model GLOB]... [--deny-model GLOB]... "            \
    "[--client GLOB]... [--address CIDR]... "                                  \
    "[--allow messages|batches|files|other]... [--reserve expected|strict] "   \
    "[--time-zone ZONE] [--queue-wait DURATION] [--expires WHEN] "             \
    "[--note TEXT] [--tag TEXT]... [--proxy on|off] [--show-limit on|off] "    \
    "[--json]\n"                                                               \
    "key list [--search TEXT] [--name TEXT] [--owner TEXT] [--tag TEXT] "      \
    "[--group NAME] [--state STATE] [--json]\n"                                \
    "key edit NAME [the options of create] [--name NEW] [--enabled on|off] "   \
    "[--unset OPTION]...\n"                                                    \
    "key rotate NAME [--overlap DURATION] [--json]\n"                          \
    "key show|revoke|restore|purge NAME [--json]\n"                            \
    "key group create|edit NAME [--limit NAME=VALUE]... [--time-zone ZONE] "   \
    "[--note TEXT] [--json]\n"                                                 \
    "key group list|show|remove [NAME] [--json]"

/* `argv` begins after "key".  Returns the exit status. */
int key_commands_run(int argc, char **argv, const struct config *config);
