// SPDX-License-Identifier: MIT
/* One statement, which is seldom needed: few zones have days that begin within hours. */
#include "usage/ledger_head.h"

#include "usage/booking_sql.h"
#include "usage/sums_sql.h"

#define HOUR_MS 3600000u

/* Some may have been kept before. */
#define KEEP_HEAD                                                                   \
    "INSERT INTO day_head(at_ms, holder, account, model, " SUMS_COLUMNS ")"         \
    " WITH part(holder, account, model, " SUMS_COLUMNS ") AS"                       \
    " (SELECT holder, account, COALESCE(model, 0), " BOOKING_SUMS                   \
    " FROM booking WHERE id >= $2 AND id <= $3 AND ended_ms >= $1"                  \
    " AND ended_ms < $4 AND EXISTS (SELECT 1 FROM hour WHERE hour_s = $5"           \
    " AND removing IS NOT NULL)) SELECT $1, holder, account, model, " SUMS_ADDED_UP \
    " FROM part GROUP BY holder, account, model"                                    \
    " ON CONFLICT (at_ms, holder, account, model) DO UPDATE SET" SUMS_ADD_TO(       \
        "day_head")

bool ledger_head_keep(struct sql *sql, const struct zone *zone,
                      const struct ledger_hour *hour, struct err *err)
{
    int64_t start_ms = hour->start_s * 1000;
    int64_t end_ms = start_ms + HOUR_MS;
    int64_t day_ms =
        (int64_t)zone_window(zone, ZONE_DAY, (uint64_t)start_ms).end_ms;

    return day_ms >= end_ms ||
           sql_run(sql, KEEP_HEAD,
                   SQL_VALUES(sql_number(day_ms), sql_number(hour->first_id),
                              sql_number(hour->last_id), sql_number(end_ms),
                              sql_number(hour->start_s)),
                   err);
}
