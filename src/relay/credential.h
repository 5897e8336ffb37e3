// SPDX-License-Identifier: MIT
/* What a client presents as its credential.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "http/headers.h"

/* False, with a text for the user, if the client sent its own claude.ai login
   (sk-ant-oat...): it is not ours to use, and is neither logged nor passed on.
   Anything else is left to the rules that follow. */
bool credential_check(const struct headers *headers,
                      struct err *err) MUST_CHECK;

/* The account named by `?account=` or X-Account-Name, both if they agree; empty if
   none.  False if two names differ, or one is no account name. */
bool credential_account(struct arena *arena, const struct headers *headers,
                        struct str query, struct str *name,
                        struct err *err) MUST_CHECK;
