// SPDX-License-Identifier: MIT
/* Days, summed up again when the zone is another one. */
#include "usage/ledger_calendar.h"

#include "usage/booking_sql.h"
#include "usage/sums_sql.h"

#define NONE INT64_MAX
/* No hour begins then, and nothing ended in it. */
#define NO_HOUR (-3600)

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

static struct sql_value number(uint64_t number)
{
    return sql_number((int64_t)number);
}

/* The next hour that has something. */
static bool find_hour(struct sql *sql, uint64_t from_s, int64_t *hour_s,
                      struct err *err)
{
    *hour_s = NONE;
    return sql_query(sql,
                     &(struct sql_ask){
                         "SELECT hour_s FROM total WHERE hour_s >= $1"
                         " ORDER BY hour_s LIMIT 1",
                         SQL_VALUES(number(from_s)), take_hour, hour_s },
                     err);
}

/* Of an hour that two days share, the part from one moment up to another: from the
   bookings if they are there, else by what is left of them. */
#define PART(from, until, hour)                                                 \
    " UNION ALL SELECT holder, account, COALESCE(model, 0), " BOOKING_SUMS      \
    " FROM booking WHERE id >= (SELECT first_id FROM hour WHERE hour_s = " hour \
    ") AND id <= (SELECT last_id FROM hour WHERE hour_s = " hour                \
    ") AND ended_ms >= " from " AND ended_ms < " until                          \
    " AND " SUMS_ARE_BOOKED(                                                    \
        hour) " UNION ALL " SUMS_REMOVED("holder, account, model", from,        \
                                         until, hour,                           \
                                         " AND NOT " SUMS_ARE_BOOKED(hour))

#define ADD_DAY                                                                \
    "INSERT INTO daily(day, holder, account, model, " SUMS_COLUMNS ")"         \
    " SELECT $1, holder, account, model, " SUMS_ADDED_UP " FROM"               \
    " (SELECT holder, account, model, " SUMS_COLUMNS " FROM total"             \
    " WHERE hour_s >= $2 AND hour_s < $3" PART("$4", "$5", "$6")               \
        PART("$7", "$8", "$9") ") AS part GROUP BY holder, account, model"     \
                               " HAVING sum(requests) > 0"

#define HOUR_MS 3600000u

static uint64_t hour_down(uint64_t at_ms)
{
    return at_ms / HOUR_MS * HOUR_MS;
}

static bool add_day(struct sql *sql, int64_t day,
                    const struct zone_window *window, struct err *err)
{
    uint64_t first_ms = hour_down(window->start_ms + HOUR_MS - 1);
    uint64_t last_ms = hour_down(window->end_ms);
    bool begins = first_ms > window->start_ms;
    bool ends = last_ms < window->end_ms;

    return sql_run(sql, ADD_DAY,
                   SQL_VALUES(sql_number(day), number(first_ms / 1000),
                              number(last_ms / 1000), number(window->start_ms),
                              number(first_ms),
                              begins ? number((first_ms - HOUR_MS) / 1000)
                                     : sql_number(NO_HOUR),
                              number(last_ms), number(window->end_ms),
                              ends ? number(last_ms / 1000)
                                   : sql_number(NO_HOUR)),
                   err);
}

/* A day may begin within the hour in which the one before ends. */
static bool sum_up(struct sql *sql, const struct zone *zone, struct err *err)
{
    uint64_t at_ms = 0;
    int64_t hour_s;

    if (!sql_run(sql, "DELETE FROM daily", SQL_NO_VALUES, err) ||
        !find_hour(sql, 0, &hour_s, err))
        return false;
    while (hour_s != NONE) {
        struct zone_window window;

        if (at_ms < (uint64_t)hour_s * 1000)
            at_ms = (uint64_t)hour_s * 1000;
        window = zone_window(zone, ZONE_DAY, at_ms);
        at_ms = window.end_ms;
        if (!add_day(sql, zone_day(zone, window.start_ms), &window, err) ||
            !find_hour(sql, hour_down(at_ms) / 1000, &hour_s, err))
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
