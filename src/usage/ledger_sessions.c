// SPDX-License-Identifier: MIT
/* Day by day, in the order of their numbers: sessions that lasted are among those of
   later days, in a range that has few others, for numbers are given in the order of
   first use. */
#include "usage/ledger_sessions.h"

#define DAY_S 86400
#define HOUR_S 3600
/* Most have few sessions: several go at once. */
#define DAYS_MAX 10

/* Some sessions of the oldest day. */
struct some {
    int64_t day; /* < 0: none */
    int64_t first;
    int64_t last;
    size_t count;
};

static bool take_day(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

/* Its hours are gone, and so are its bookings. */
static bool find_day(struct sql *sql, uint64_t before_s, int64_t *day,
                     struct err *err)
{
    const struct sql_ask ask = {
        "SELECT day FROM (SELECT day FROM session_day ORDER BY day LIMIT 1) AS"
        " oldest WHERE day < $1 AND NOT EXISTS (SELECT 1 FROM hour"
        " WHERE hour_s < (oldest.day + 1) * $2)",
        SQL_VALUES(sql_number((int64_t)(before_s / DAY_S)), sql_number(DAY_S)),
        take_day, day
    };

    *day = -1;
    return sql_query(sql, &ask, err);
}

static bool take_session(void *arg, const struct sql_row *row)
{
    struct some *some = arg;

    some->last = sql_row_number(row, 0);
    if (some->count++ == 0)
        some->first = some->last;
    return true;
}

static bool find_some(struct sql *sql, uint64_t before_s, struct some *some,
                      struct err *err)
{
    struct sql_value values[2];
    const struct sql_ask ask = { "SELECT DISTINCT session FROM session_day"
                                 " WHERE day = $1 ORDER BY session LIMIT $2",
                                 values, COUNT_OF(values), take_session, some };

    *some = (struct some){ 0 };
    if (!find_day(sql, before_s, &some->day, err))
        return false;
    values[0] = sql_number(some->day);
    values[1] = sql_number(LEDGER_SESSIONS_ROWS);
    return some->day < 0 || sql_query(sql, &ask, err);
}

/* Of the later days one after the other, each in one look. */
#define LATER                                                                  \
    "WITH RECURSIVE later(day) AS (SELECT (SELECT min(day) FROM session_day"   \
    " WHERE day > $1) UNION ALL SELECT (SELECT min(day) FROM session_day"      \
    " WHERE day > later.day) FROM later WHERE later.day IS NOT NULL)"          \
    " SELECT s.session FROM later CROSS JOIN session_day s"                    \
    " WHERE s.day = later.day AND s.session >= $2 AND s.session <= $3"

static bool remove_sessions(struct sql *sql, const struct some *some,
                            struct err *err)
{
    if (!sql_run(sql,
                 "DELETE FROM session WHERE id IN (SELECT session FROM"
                 " session_day WHERE day = $1 AND session <= $3)"
                 " AND id NOT IN (" LATER ")"
                 " AND id < (SELECT max(id) FROM session)",
                 SQL_VALUES(sql_number(some->day), sql_number(some->first),
                            sql_number(some->last)),
                 err))
        return false;
    return sql_changes(sql) == 0 ||
           sql_run(sql, "UPDATE session_removal SET times = times + 1",
                   SQL_NO_VALUES, err);
}

/* One by one: each is one range of the table. */
static bool remove_hours(struct sql *sql, const struct some *some,
                         struct err *err)
{
    int64_t day_s = some->day * DAY_S;
    bool fine = true;

    for (int64_t at_s = 0; at_s < DAY_S && fine; at_s += HOUR_S)
        fine = sql_run(
            sql, "DELETE FROM session_hour WHERE hour_s = $1 AND session <= $2",
            SQL_VALUES(sql_number(day_s + at_s), sql_number(some->last)), err);
    return fine;
}

static bool remove_some(struct sql *sql, const struct some *some,
                        struct err *err)
{
    return remove_sessions(sql, some, err) && remove_hours(sql, some, err) &&
           sql_run(sql,
                   "DELETE FROM session_day WHERE day = $1 AND session <= $2",
                   SQL_VALUES(sql_number(some->day), sql_number(some->last)),
                   err);
}

bool ledger_sessions_step(struct sql *sql, uint64_t before_s, bool *more,
                          struct err *err)
{
    struct some some;
    size_t count = 0;

    *more = true;
    for (size_t i = 0; i < DAYS_MAX && count < LEDGER_SESSIONS_ROWS; i++) {
        if (!find_some(sql, before_s, &some, err))
            return false;
        *more = some.day >= 0;
        if (!*more)
            return true;
        if (!remove_some(sql, &some, err))
            return false;
        count += some.count;
    }
    return true;
}
