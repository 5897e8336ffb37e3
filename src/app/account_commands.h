// SPDX-License-Identifier: MIT
/* `claude-relay account ...`. */
#pragma once

#include "app/account_add.h"
#include "app/account_care.h"
#include "app/account_profile.h"
#include "app/account_test_command.h"
#include "app/import_command.h"
#include "config/config.h"

#define ACCOUNT_COMMANDS_USAGE                                                                 \
    ACCOUNT_ADD_USAGE                                                                          \
    "\n"                                                                                       \
    "account list\n"                                                                           \
    "account show|refresh|remove NAME\n" ACCOUNT_PROFILE_USAGE                                 \
    "\n" ACCOUNT_TEST_USAGE "\n"                                                               \
    "account pool NAME on|off   (whether it serves who names no account)\n" ACCOUNT_CARE_USAGE \
    "\n" IMPORT_COMMAND_USAGE

/* `argv` begins after "account".  Returns the exit status. */
int account_commands_run(int argc, char **argv, const struct config *config);
