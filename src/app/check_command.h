// SPDX-License-Identifier: MIT
/* `claude-relay check`: what keeps the relay from serving, each with a word of
   advice.  Nothing is changed but what opening the data folder changes. */
#pragma once

#include "config/config.h"

/* Returns the exit status: 1 if anything failed. */
int check_command_run(int argc, char **argv, const struct config *config);
