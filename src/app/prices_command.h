// SPDX-License-Identifier: MIT
/* `claude-relay prices`: which prices are in force, and whether a file would be. */
#pragma once

#include "config/config.h"

#define PRICES_COMMAND_USAGE                                                   \
    "prices [--check FILE|--export]\n"                                         \
    "prices set MODEL --input DOLLARS --output DOLLARS   (a million tokens)\n" \
    "    [--cache-read FACTOR] [--cache-write-5m FACTOR]\n"                    \
    "    [--cache-write-1h FACTOR] [--web-search DOLLARS]\n"                   \
    "    [--context-max TOKENS] [--output-max TOKENS] [--valid-from DATE]\n"   \
    "prices remove MODEL"

int prices_command_run(int argc, char **argv, const struct config *config);
