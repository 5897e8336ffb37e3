// SPDX-License-Identifier: MIT
/* `claude-relay account test NAME`: the smallest message through an account, and what came
   of it. */
#pragma once

#include "app/remote.h"

#define ACCOUNT_TEST_USAGE                                                     \
    "account test NAME [--model MODEL] [--json]   (sends a message of one token)"

/* What is wrong with these arguments, from the word on; NULL: nothing. */
const char *account_test_command_check(int argc, char **argv);
/* Returns the exit status: 0 if it was answered with a message. */
int account_test_command_run(struct remote *remote, int argc, char **argv);
