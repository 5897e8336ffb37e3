// SPDX-License-Identifier: MIT
/* What an account is, for the audit log: named one by one, and none of it secret. */
#pragma once

#include "account/account.h"

/* The caller's; NULL for no account.  Of its tokens only which grant they are of
   (account->grant), so that it is seen that others took their place; of its key and its
   proxy's password a hash, which store/audit_difference.h hides. */
struct json_doc *account_facts(const struct account *account);
