// SPDX-License-Identifier: MIT
/* `claude-relay backup FILE [--force]` and `claude-relay restore FILE [--force]`. */
#pragma once

#include "config/config.h"

#define BACKUP_COMMAND_USAGE "backup FILE [--force]"
#define RESTORE_COMMAND_USAGE "restore FILE [--force]"

int backup_command_run(int argc, char **argv, const struct config *config);
int restore_command_run(int argc, char **argv, const struct config *config);
