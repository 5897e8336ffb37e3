// SPDX-License-Identifier: MIT
/* Which account a request names.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "http/headers.h"

/* The account named by `?account=` or X-Account-Name, both if they agree; empty if
   none.  False if two names differ, or one is no account name. */
bool credential_account(struct arena *arena, const struct headers *headers,
                        struct str query, struct str *name,
                        struct err *err) MUST_CHECK;
