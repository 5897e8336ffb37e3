// SPDX-License-Identifier: MIT
/* What accounts were used for today, of the relay's time zone: asked of the records
   before the accounts are shown.  Of rows whose state is a struct usage_asking. */
#pragma once

#include "admin/request.h"

extern const struct admin_member account_today_members[];

/* Once; nothing comes of it where nothing is booked. */
void account_today_ask(struct admin_request *x);
/* Else the step sleeps. */
bool account_today_is_there(const struct admin_request *x);
/* `today` of an account's document: null if the records did not answer. */
void account_today_set(const struct admin_request *x, struct json_doc *doc,
                       struct str name);
