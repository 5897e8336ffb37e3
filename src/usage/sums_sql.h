// SPDX-License-Identifier: MIT
/* Sums in SQL, and what is known of hours whose bookings were removed: they count as if
   they had ended when the hour began or, if a day began in it and they ended in that
   one, when the day began (table day_head).  So every stretch of time has what its parts
   have together. */
#pragma once

/* Columns of total, daily, day_head, session_hour and session_day. */
#define SUMS_COLUMNS                                                           \
    "requests, failed, unpriced, tokens_in, tokens_out, cache_read,"           \
    " cache_write_5m, cache_write_1h, searches, cost_microusd"
#define SUMS_ADDED_UP                                                          \
    "CAST(sum(requests) AS bigint), CAST(sum(failed) AS bigint),"              \
    " CAST(sum(unpriced) AS bigint), CAST(sum(tokens_in) AS bigint),"          \
    " CAST(sum(tokens_out) AS bigint), CAST(sum(cache_read) AS bigint),"       \
    " CAST(sum(cache_write_5m) AS bigint),"                                    \
    " CAST(sum(cache_write_1h) AS bigint), CAST(sum(searches) AS bigint),"     \
    " CAST(sum(cost_microusd) AS bigint)"
/* Behind DO UPDATE SET. */
#define SUMS_ADD_TO(table)                                                     \
    " requests = " table ".requests + excluded.requests,"                      \
    " failed = " table ".failed + excluded.failed,"                            \
    " unpriced = " table ".unpriced + excluded.unpriced,"                      \
    " tokens_in = " table ".tokens_in + excluded.tokens_in,"                   \
    " tokens_out = " table ".tokens_out + excluded.tokens_out,"                \
    " cache_read = " table ".cache_read + excluded.cache_read,"                \
    " cache_write_5m = " table ".cache_write_5m + excluded.cache_write_5m,"    \
    " cache_write_1h = " table ".cache_write_1h + excluded.cache_write_1h,"    \
    " searches = " table ".searches + excluded.searches,"                      \
    " cost_microusd = " table ".cost_microusd + excluded.cost_microusd"
#define SUMS_TAKEN_OFF                                                         \
    "-requests, -failed, -unpriced, -tokens_in, -tokens_out, -cache_read,"     \
    " -cache_write_5m, -cache_write_1h, -searches, -cost_microusd"

/* From `from` up to, but not with, `until` (ms), both within the hour (s), of which the
   bookings were removed; `columns` in front of the sums, `filter` behind. */
#define SUMS_REMOVED(columns, from, until, hour, filter)                       \
    "SELECT " columns ", " SUMS_COLUMNS " FROM total WHERE hour_s = " hour     \
    " AND hour_s * 1000 = " from filter " UNION ALL SELECT " columns           \
    ", " SUMS_TAKEN_OFF " FROM day_head WHERE at_ms >= " hour " * 1000"        \
    " AND at_ms < (" hour " + 3600) * 1000 AND " hour " * 1000 = " from filter \
    " UNION ALL SELECT " columns ", " SUMS_COLUMNS " FROM day_head"            \
    " WHERE at_ms >= " from " AND at_ms < " until filter

/* Are all bookings of that hour there? */
#define SUMS_ARE_BOOKED(hour)                                                  \
    "EXISTS (SELECT 1 FROM hour WHERE hour_s = " hour " AND removing IS NULL)"
