// SPDX-License-Identifier: MIT
/* What was known of accounts before a restart (account/vitals_keep.h keeps it). */
#pragma once

#include "account/accounts.h"
#include "store/records.h"

/* The member of what is kept of one that says of which credential the rest was
   learned. */
#define VITALS_LOAD_CREDENTIAL "credential"

/* Take what was kept, before anything is served: how each account is as that relay
   learned it, or else another one, which sessions it serves, what it made, and what the
   operator says (account/said.h).  `tidies`: what is kept of accounts that are not there
   any more, or are others now, is removed.  Blocking. */
bool vitals_load(struct records *records, struct accounts *accounts,
                 const char *relay, bool tidies, struct err *err) MUST_CHECK;
