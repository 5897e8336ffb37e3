// SPDX-License-Identifier: MIT
/* `claude-relay serve`, the default. */
#pragma once

#include "config/config.h"
#include "config/problems.h"

/* What is wrong with its arguments, beside what is with the configuration. */
void serve_command_check(int argc, char **argv, struct problems *problems);

/* `argv` begins behind "serve".  Returns the exit status. */
int serve_command_run(int argc, char **argv, const struct config *config);
