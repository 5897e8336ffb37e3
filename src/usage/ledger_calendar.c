// SPDX-License-Identifier: MIT
/* Days, summed up again when the zone is another one. */
#include "usage/ledger_calendar.h"

#define NONE INT64_MAX

static bool take_same(void *arg, const struct sql_row *row)
{
    *(bool *)arg = sql_row_number(row, 0) != 0;
    return true;
}

static bool is_applied(struct sql *sql, struct str zone, bool *is,
                       struct err *err)
{
    *is = false;
    return sql_query(sql,
                     &(struct sql_ask){
                         "SELECT CASE WHEN zone = $1 THEN 1 ELSE 0 END"
                         " FROM calendar",
                         SQL_VALUES(sql_text(zone)), take_same, is },
                     err);
}

static bool take_hour(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

/* The next hour that has something. */
static bool find_hour(struct sql *sql, int64_t from_s, int64_t *hour_s,
                      struct err *err)
{
    *hour_s = NONE;
    return sql_query(sql,
                     &(struct sql_ask){
                         "SELECT hour_s FROM total WHERE hour_s >= $1"
                         " ORDER BY hour_s LIMIT 1",
                         SQL_VALUES(sql_number(from_s)), take_hour, hour_s },
                     err);
}

#define ADD_DAY                                                                \
    "INSERT INTO daily(day, holder, account, model, requests, failed,"         \
    " unpriced, tokens_in, tokens_out, cache_read, cache_write_5m,"            \
    " cache_write_1h, searches, cost_microusd)"                                \
    " SELECT $1, holder, account, model, CAST(sum(requests) AS bigint),"       \
    " CAST(sum(failed) AS bigint), CAST(sum(unpriced) AS bigint),"             \
    " CAST(sum(tokens_in) AS bigint), CAST(sum(tokens_out) AS bigint),"        \
    " CAST(sum(cache_read) AS bigint), CAST(sum(cache_write_5m) AS bigint),"   \
    " CAST(sum(cache_write_1h) AS bigint), CAST(sum(searches) AS bigint),"     \
    " CAST(sum(cost_microusd) AS bigint) FROM total"                           \
    " WHERE hour_s >= $2 AND hour_s < $3 GROUP BY holder, account, model"

/* The hour at which a day begins, or the next. */
static int64_t first_hour_s(uint64_t at_ms)
{
    return (int64_t)((at_ms + 999) / 1000);
}

static bool add_day(struct sql *sql, int64_t day,
                    const struct zone_window *window, struct err *err)
{
    return sql_run(sql, ADD_DAY,
                   SQL_VALUES(sql_number(day),
                              sql_number(first_hour_s(window->start_ms)),
                              sql_number(first_hour_s(window->end_ms))),
                   err);
}

static bool sum_up(struct sql *sql, const struct zone *zone, struct err *err)
{
    int64_t hour_s;

    if (!sql_run(sql, "DELETE FROM daily", SQL_NO_VALUES, err) ||
        !find_hour(sql, 0, &hour_s, err))
        return false;
    while (hour_s != NONE) {
        uint64_t at_ms = (uint64_t)hour_s * 1000;
        struct zone_window window = zone_window(zone, ZONE_DAY, at_ms);

        if (!add_day(sql, zone_day(zone, at_ms), &window, err) ||
            !find_hour(sql, first_hour_s(window.end_ms), &hour_s, err))
            return false;
    }
    return true;
}

bool ledger_calendar_apply(struct sql *sql, const struct zone *zone,
                           struct err *err)
{
    const struct str name = str_of(zone_name(zone));
    bool is;

    if (!is_applied(sql, name, &is, err) || is)
        return is;
    return sum_up(sql, zone, err) &&
           sql_run(sql,
                   "INSERT INTO calendar(one, zone) VALUES(1, $1)"
                   " ON CONFLICT (one) DO UPDATE SET zone = excluded.zone",
                   SQL_VALUES(sql_text(name)), err);
}
