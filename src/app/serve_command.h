// SPDX-License-Identifier: MIT
/* `claude-relay serve`, the default. */
#pragma once

#include "config/config.h"

/* `argv` begins behind "serve".  Returns the exit status. */
int serve_command_run(int argc, char **argv, const struct config *config);
