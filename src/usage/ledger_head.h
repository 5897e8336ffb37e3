// SPDX-License-Identifier: MIT
/* What is kept of an hour in which a day began, when its bookings are removed: the sums
   of what ended from then on (table day_head; usage/sums_sql.h). */
#pragma once

#include "base/zone.h"
#include "store/sql.h"

/* Bookings that ended in an hour of UTC. */
struct ledger_hour {
    int64_t start_s;
    int64_t first_id;
    int64_t last_id;
};

/* In a transaction: adds what of these ended in the later of two days of the zone, if
   their hour is being removed, or was.  Once for each booking. */
bool ledger_head_keep(struct sql *sql, const struct zone *zone,
                      const struct ledger_hour *hour,
                      struct err *err) MUST_CHECK;
