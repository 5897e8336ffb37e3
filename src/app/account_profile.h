// SPDX-License-Identifier: MIT
/* `claude-relay account profile NAME`: whose account it is, as far as the provider says. */
#pragma once

#include "app/remote.h"

#define ACCOUNT_PROFILE_USAGE                                                  \
    "account profile NAME [--json]   (whose it is: asks the provider)"

/* What is wrong with the arguments after "account"; or NULL. */
const char *account_profile_check(int argc, char **argv);
/* Returns the exit status. */
int account_profile_run(struct remote *remote, int argc, char **argv);
