// SPDX-License-Identifier: MIT
/* `claude-relay secret ...`. */
#pragma once

#include "config/config.h"

#define SECRET_COMMANDS_USAGE                                                  \
    "secret new\n"                                                             \
    "secret rotate   (asks for the new secret, or reads it from standard "     \
    "input)"

/* The subcommand that needs no configuration: it mends a bad RELAY_SECRET. */
#define SECRET_COMMANDS_NEW "new"

/* `argv` begins behind "secret"; `config` may be NULL for SECRET_COMMANDS_NEW.
   Returns the exit status. */
int secret_commands_run(int argc, char **argv, const struct config *config);
