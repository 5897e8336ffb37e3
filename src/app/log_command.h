// SPDX-License-Identifier: MIT
/* `claude-relay log-level`: how much the running relay logs.  Main thread. */
#pragma once

#include "config/config.h"

#define LOG_COMMAND_USAGE "log-level [error|warn|info|debug]"

int log_command_run(int argc, char **argv, const struct config *config);
