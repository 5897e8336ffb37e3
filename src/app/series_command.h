// SPDX-License-Identifier: MIT
/* `claude-relay series`: what was used, minute by minute, by hours or by days.  Main
   thread. */
#pragma once

#include "config/config.h"

#define SERIES_COMMAND_USAGE "series [hour|day|month] [--json]"

int series_command_run(int argc, char **argv, const struct config *config);
