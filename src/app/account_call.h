// SPDX-License-Identifier: MIT
/* Calls of the management API about one account, for commands. */
#pragma once

#include "app/remote.h"

/* "/oauth/accounts/NAME/status", in its parts. */
struct account_call {
    const char *prefix; /* ACCOUNT_CALL_OAUTH, ACCOUNT_CALL_ADMIN */
    struct str name;
    const char *suffix;
};
#define ACCOUNT_CALL_OAUTH "/oauth/accounts/"
#define ACCOUNT_CALL_ADMIN "/admin/api/accounts/"

/* As remote_call(), to that path.  What is no name is sent nowhere, for it may be a secret:
   err says that there is no such account, as it does if the relay knows none. */
bool account_call(struct remote *remote, const struct account_call *about,
                  struct remote_call *call, struct err *err) MUST_CHECK;
