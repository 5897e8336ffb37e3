// SPDX-License-Identifier: MIT
/* `claude-relay proxy ...`. */
#pragma once

#include "config/config.h"

#define PROXY_COMMANDS_USAGE "proxy test [--account NAME | --url URL | --url -]"

/* `argv` begins behind "proxy".  Returns the exit status. */
int proxy_commands_run(int argc, char **argv, const struct config *config);
