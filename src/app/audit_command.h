// SPDX-License-Identifier: MIT
/* `claude-relay audit`: who managed what. */
#pragma once

#include "config/config.h"

#define AUDIT_COMMAND_USAGE                                                    \
    "audit [--since WHEN] [--until WHEN] [--who TEXT] [--action WHAT]\n"       \
    "    [--target NAME] [--limit N|all] [--csv|--json]   (--csv: all that match)"

int audit_command_run(int argc, char **argv, const struct config *config);
