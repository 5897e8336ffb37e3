// SPDX-License-Identifier: MIT
/* Which credential an account has: its own of before, though its tokens were renewed, or
   another one, by a new sign-in or a new key.  Pure. */
#pragma once

#include "account/account.h"

/* The name of one: of a sign-in when it was, so far as its file says so; else a
   fingerprint, which is no secret. */
#define CREDENTIAL_MAX 40
void credential_name(const struct account *account, char out[CREDENTIAL_MAX]);

/* Does the account have that one still? */
bool credential_is(const struct account *account, struct str name);
/* Does it have the one that it had `before`?  A file that holds none tells nothing: it
   does. */
bool credential_is_same(const struct account *account,
                        const struct account *before);
