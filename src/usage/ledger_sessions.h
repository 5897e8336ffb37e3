// SPDX-License-Identifier: MIT
/* Removing what is too old of sessions: their days, with all hours of one at once, so
   that the hours of a day are what it has; and those that have none left.  What is booked
   of a session has a day as long as it is there, so nothing names one without.
   The newest stays, so that no number of one comes again; whoever remembers numbers is
   told by session_removal (store/schema/006_session_removal.sql). */
#pragma once

#include "store/sql.h"

/* How many sessions of a day go in one transaction. */
#define LEDGER_SESSIONS_ROWS 250

/* In a transaction: some of the days that were over by then and have no bookings
   (`hour`) any more, the oldest first.  `more`: there is more to do. */
bool ledger_sessions_step(struct sql *sql, uint64_t before_s, bool *more,
                          struct err *err) MUST_CHECK;
