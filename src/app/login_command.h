// SPDX-License-Identifier: MIT
/* `claude-relay login`: the guided sign-in. */
#pragma once

#include "config/config.h"

/* `argv` begins behind "login".  Returns the exit status. */
#define LOGIN_COMMAND_USAGE                                                    \
    "login [NAME] [--setup-token] [--proxy URL|-] [--message]"

int login_command_run(int argc, char **argv, const struct config *config);
