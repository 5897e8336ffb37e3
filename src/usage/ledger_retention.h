// SPDX-License-Identifier: MIT
/* Removing what is too old: bookings, and the hours and sessions (usage/ledger_sessions.h)
   that lead to them.  Totals stay for ever, with those of what ended in an hour in which
   a day began, from then on (usage/sums_sql.h); and so does the newest booking, so that
   no number of one comes again. */
#pragma once

#include "base/zone.h"
#include "store/sql.h"

/* How many bookings go in one transaction. */
#define LEDGER_RETENTION_ROWS 1000

/* When the newest booking ended (wall clock); 0: there is none.  One that comes, with some
   hours of others, long after all before may be of a clock that was wrong, and will be so
   again: then it is those before. */
bool ledger_retention_newest(struct sql *sql, uint64_t *ended_ms,
                             struct err *err) MUST_CHECK;

/* In a transaction: some of what ended before that time (wall clock), the oldest first,
   in the zone whose days are summed up, and some of the room that this leaves in the file.  `more`: there is more to do. */
bool ledger_retention_step(struct sql *sql, const struct zone *zone,
                           uint64_t before_ms, bool *more,
                           struct err *err) MUST_CHECK;
