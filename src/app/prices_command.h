// SPDX-License-Identifier: MIT
/* `claude-relay prices`: which prices are in force, and whether a file would be. */
#pragma once

#include "config/config.h"

#define PRICES_COMMAND_USAGE "prices [--check FILE|--export]"

int prices_command_run(int argc, char **argv, const struct config *config);
