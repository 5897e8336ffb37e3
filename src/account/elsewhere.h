// SPDX-License-Identifier: MIT
/* One grant under two names: a file was copied or renamed.  A refresh token works once, so
   that whichever account asks first has the tokens, and the other one's are spent.  Any
   thread. */
#pragma once

#include "account/accounts.h"

/* Does another account of the same kind and sign-in have tokens that replaced those of
   `account`, so that they are spent?  Its name goes into `holder`. */
bool elsewhere_is_spent(struct accounts *accounts,
                        const struct account *account,
                        char holder[ACCOUNT_NAME_MAX + 1]);

/* Does another one have the very same, and a file that can be used? */
bool elsewhere_is_held(struct accounts *accounts, const struct account *account,
                       char holder[ACCOUNT_NAME_MAX + 1]);
