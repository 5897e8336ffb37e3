// SPDX-License-Identifier: MIT
/* `claude-relay key ...`: relay keys and their groups. */
#pragma once

#include "config/config.h"

#define KEY_COMMANDS_USAGE                                                     \
    "key create NAME [--owner TEXT] [--group NAME] [--json]\n"                 \
    "    [--limit NAME=VALUE]... [--account NAME]... [--model GLOB]...\n"      \
    "    [--deny-model GLOB]... [--client GLOB]... [--address CIDR]...\n"      \
    "    [--allow messages|batches|files|other]... [--expires WHEN]\n"         \
    "    [--reserve expected|strict] [--queue-wait DURATION]\n"                \
    "    [--time-zone ZONE] [--note TEXT] [--tag TEXT]...\n"                   \
    "    [--proxy on|off] [--show-limit on|off]\n"                             \
    "key list [--search TEXT] [--name TEXT] [--json]\n"                        \
    "    [--owner TEXT] [--tag TEXT] [--group NAME] [--state STATE]\n"         \
    "    [--used-since WHEN] [--unused-since WHEN]\n"                          \
    "    [--sort id|name|owner|last_used_at|requests_today|cost_30d|\n"        \
    "            tightest] [--order asc|desc]\n"                               \
    "key tags [--json]\n"                                                      \
    "key edit NAME [the options of create]\n"                                  \
    "    [--name NEW] [--enabled on|off] [--unset OPTION]...\n"                \
    "key rotate NAME [--overlap DURATION] [--json]\n"                          \
    "key show|revoke|restore|purge NAME [--json]\n"                            \
    "key group create NAME [--limit NAME=VALUE]... [--json]\n"                 \
    "    [--time-zone ZONE] [--note TEXT]\n"                                   \
    "key group edit NAME [the options of create]\n"                            \
    "    [--name NEW] [--unset OPTION]...\n"                                   \
    "key group list [--json]\n"                                                \
    "key group show|remove NAME [--json]"

/* `argv` begins after "key".  Returns the exit status. */
int key_commands_run(int argc, char **argv, const struct config *config);
