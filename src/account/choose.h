// SPDX-License-Identifier: MIT
/* Which account serves a request.  Pure. */
#pragma once

#include "account/list.h"

/* The account for a request that named `name`, or none (empty), out of all there
   are.  Borrowed from the list.  NULL and err: ERR_NO_ACCOUNT if it cannot be
   chosen, ERR_LOGIN_REQUIRED if it cannot be used; the text says what to do. */
struct account *choose_account(const struct account_list *list, struct str name,
                               uint64_t now_wall_ms, struct err *err);
