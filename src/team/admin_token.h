// SPDX-License-Identifier: MIT
/* Who may use /oauth: whoever presents the admin token as
   Bearer, and this machine (http/loopback.h), unless ADMIN_LOOPBACK is off.
   Immutable once made; any thread. */
#pragma once

#include "base/secret.h"
#include "http/request.h"

struct admin_token {
    struct secret *token;
    bool loopback;     /* this machine needs no token */
    const char *where; /* where the token is to be found, for the refused */
};

/* The token is `given` (ADMIN_TOKEN), or lies in `folder`/admin_token, where it is
   made (0600) if it is missing.  If it cannot be written into a folder that is
   there, it is one that nobody knows, and the log says so.  Blocking. */
bool admin_token_init(struct admin_token *admin, struct str given,
                      const char *folder, struct err *err) MUST_CHECK;
void admin_token_done(struct admin_token *admin);

/* False and err (ERR_NOT_ALLOWED): why not, and what to do. */
bool admin_token_check(const struct admin_token *admin,
                       const struct request *req, struct err *err) MUST_CHECK;
