// SPDX-License-Identifier: MIT
/* `claude-relay login [NAME] [--setup-token] [--message]`: the guided sign-in. */
#pragma once

#include "config/config.h"

/* `argv` begins behind "login".  Returns the exit status. */
int login_command_run(int argc, char **argv, const struct config *config);
