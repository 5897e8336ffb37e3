// SPDX-License-Identifier: MIT
/* `claude-relay usage`: what was used, and what it cost; and `usage reprice`. */
#pragma once

#include "app/reprice_command.h"

#define USAGE_COMMAND_USAGE                                                    \
    "usage [--by key|group|owner|account|model|day|hour|session]\n"            \
    "    [--since WHEN] [--until WHEN] [--key NAME] [--group NAME]\n"          \
    "    [--owner NAME] [--account NAME] [--model NAME] [--session ID]\n"      \
    "    [--not-key NAME] [--not-group NAME] [--not-owner NAME]\n"             \
    "    [--not-account NAME] [--not-model NAME]\n"                            \
    "    [--limit N] [--csv|--json]\n" REPRICE_COMMAND_USAGE

int usage_command_run(int argc, char **argv, const struct config *config);
