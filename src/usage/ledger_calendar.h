// SPDX-License-Identifier: MIT
/* Of which time zone the days in the table daily are. */
#pragma once

#include "base/zone.h"
#include "store/sql.h"

/* In a transaction, before anything is booked: from now on days are those of the zone.
   If they were those of another, they are summed up again from the hours, and where days
   do not begin with one of these from bookings, or what is left of them
   (usage/sums_sql.h). */
bool ledger_calendar_apply(struct sql *sql, const struct zone *zone,
                           struct err *err) MUST_CHECK;
