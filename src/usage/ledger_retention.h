// SPDX-License-Identifier: MIT
/* Removing what is too old: bookings, and the hours and sessions that lead to them.
   Totals stay for ever, and so does the newest booking, so that no number of one comes
   again. */
#pragma once

#include "store/sql.h"

/* How many bookings go in one transaction. */
#define LEDGER_RETENTION_ROWS 1000

/* In a transaction: some of what ended before that time (wall clock), the oldest first,
   and some of the room that this leaves in the file.  `more`: there is more to do. */
bool ledger_retention_step(struct sql *sql, uint64_t before_ms, bool *more,
                           struct err *err) MUST_CHECK;
