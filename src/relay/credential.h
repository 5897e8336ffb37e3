// SPDX-License-Identifier: MIT
/* What a client presents as its credential.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "http/headers.h"

/* Look for the client's own claude.ai login (sk-ant-oat...), which is not ours to
   use and is never logged.  Unless it may `pass` (CLIENT_LOGIN) it is refused with
   a text for the user.  If it may, it must be the one Authorization field, as
   Bearer; *login is then that field's value (borrowed), to be passed on untouched,
   and otherwise empty.  Any other credential is left to the rules that follow. */
bool credential_check(const struct headers *headers, bool pass,
                      struct str *login, struct err *err) MUST_CHECK;

/* The account named by `?account=` or X-Account-Name, both if they agree; empty if
   none.  False if two names differ, or one is no account name. */
bool credential_account(struct arena *arena, const struct headers *headers,
                        struct str query, struct str *name,
                        struct err *err) MUST_CHECK;
