// SPDX-License-Identifier: MIT
/* `claude-relay usage reprice`: bookings are priced again. */
#pragma once

#include "config/config.h"

#define REPRICE_COMMAND_USAGE                                                  \
    "usage reprice --since WHEN [--until WHEN] [--model MODEL] [--yes] "       \
    "[--json]"

/* What stands behind "usage reprice". */
int reprice_command_run(int argc, char **argv, const struct config *config);
