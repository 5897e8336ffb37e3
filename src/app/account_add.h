// SPDX-License-Identifier: MIT
/* `claude-relay account add NAME --api-key - ...`. */
#pragma once

#include "app/gateway_arguments.h"
#include "app/remote.h"

#define ACCOUNT_ADD_USAGE                                                      \
    "account add NAME --api-key - [--tag TAG,...]\n"                           \
    "                 " GATEWAY_ARGUMENTS_USAGE "\n"                           \
    "   (asks for the key, or reads it from standard input; --url: of "        \
    "another gateway;\n"                                                       \
    "   --proxy -: asks for the proxy's URL after the key, as one with a "     \
    "password needs)"

/* What is wrong with these arguments, from "add" on; NULL: nothing. */
const char *account_add_check(int argc, char **argv);
/* Returns the exit status. */
int account_add_run(struct remote *remote, int argc, char **argv);
