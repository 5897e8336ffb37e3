// SPDX-License-Identifier: MIT
/* Hour by hour, a thousand rows at a time. */
#include "usage/ledger_retention.h"

#include "usage/ledger_head.h"
#include "usage/ledger_sessions.h"

#define HOUR_S 3600
/* For longer few relays stand still. */
#define LONG_S (7 * 86400)
#define HOURS_BACK 48
/* Anthropic keeps results for 29 days; afterwards none can be fetched again. */
#define RESULTS_KEPT_MS (60ull * 86400 * 1000)

struct hour {
    struct ledger_hour of; /* start_s < 0: none */
    bool begun;            /* to remove it */
};

static struct sql_value number(uint64_t number)
{
    return sql_number((int64_t)number);
}

static bool take_time(void *arg, const struct sql_row *row)
{
    *(uint64_t *)arg = (uint64_t)sql_row_number(row, 0);
    return true;
}

struct newest {
    uint64_t ended_ms;
    int64_t hour_s; /* as far as nothing is missing for long */
};

static bool look_back(void *arg, const struct sql_row *row)
{
    struct newest *newest = arg;
    int64_t hour_s = sql_row_number(row, 0);
    bool goes_on = newest->hour_s - hour_s <= LONG_S;

    if (!goes_on)
        newest->ended_ms = (uint64_t)(hour_s + HOUR_S) * 1000;
    newest->hour_s = hour_s;
    return goes_on;
}

bool ledger_retention_newest(struct sql *sql, uint64_t *ended_ms,
                             struct err *err)
{
    struct newest newest = { 0 };
    const struct sql_ask ask = {
        "SELECT ended_ms FROM booking ORDER BY id DESC LIMIT 1", SQL_NO_VALUES,
        take_time, &newest.ended_ms
    };
    struct sql_value values[] = { sql_null(), sql_number(HOURS_BACK) };
    const struct sql_ask hours = { "SELECT hour_s FROM hour WHERE hour_s <= $1"
                                   " ORDER BY hour_s DESC LIMIT $2",
                                   values, COUNT_OF(values), look_back,
                                   &newest };

    *ended_ms = 0;
    if (!sql_query(sql, &ask, err))
        return false;
    newest.hour_s = (int64_t)(newest.ended_ms / 1000);
    values[0] = sql_number(newest.hour_s);
    if (!sql_query(sql, &hours, err))
        return false;
    *ended_ms = newest.ended_ms;
    return true;
}

static bool take_hour(void *arg, const struct sql_row *row)
{
    *(struct hour *)arg =
        (struct hour){ { sql_row_number(row, 0), sql_row_number(row, 1),
                         sql_row_number(row, 2) },
                       !sql_row_is_null(row, 3) };
    return true;
}

/* The oldest that has ended before, but that of the newest booking. */
static bool find_hour(struct sql *sql, uint64_t before_s, struct hour *hour,
                      struct err *err)
{
    const struct sql_ask ask = {
        "SELECT hour_s, first_id, last_id, removing FROM hour WHERE hour_s + $1 <= $2"
        " AND hour_s <> (SELECT ended_ms / 1000 / $1 * $1 FROM booking"
        " ORDER BY id DESC LIMIT 1) ORDER BY hour_s LIMIT 1",
        SQL_VALUES(sql_number(HOUR_S), number(before_s)), take_hour, hour
    };

    *hour = (struct hour){ .of.start_s = -1 };
    return sql_query(sql, &ask, err);
}

/* From now on nobody looks at its rows. */
static bool begin_hour(struct sql *sql, const struct zone *zone,
                       const struct hour *hour, struct err *err)
{
    const struct sql_value value = sql_number(hour->of.start_s);

    return hour->begun ||
           (sql_run(sql, "UPDATE hour SET removing = 1 WHERE hour_s = $1",
                    &value, 1, err) &&
            ledger_head_keep(sql, zone, &hour->of, err));
}

/* ---- removing ------------------------------------------------------------ */

static bool remove_rows(struct sql *sql, const struct ledger_hour *hour,
                        struct err *err)
{
    return sql_run(sql,
                   "DELETE FROM booking WHERE id IN (SELECT id FROM booking"
                   " WHERE id >= $1 AND id <= $2 AND ended_ms < $3"
                   " ORDER BY id LIMIT $4)",
                   SQL_VALUES(sql_number(hour->first_id),
                              sql_number(hour->last_id),
                              sql_number((hour->start_s + HOUR_S) * 1000),
                              sql_number(LEDGER_RETENTION_ROWS)),
                   err);
}

static bool remove_hour(struct sql *sql, const struct ledger_hour *hour,
                        struct err *err)
{
    const struct sql_value value = sql_number(hour->start_s);

    return sql_run(sql, "DELETE FROM hour WHERE hour_s = $1", &value, 1, err);
}

/* Many hours have few rows: several go at once. */
static bool remove_bookings(struct sql *sql, const struct zone *zone,
                            uint64_t before_s, bool *more, struct err *err)
{
    uint64_t removed = 0;
    struct hour hour;

    do {
        if (!find_hour(sql, before_s, &hour, err))
            return false;
        *more = hour.of.start_s >= 0;
        if (!*more)
            return true;
        if (!begin_hour(sql, zone, &hour, err) ||
            !remove_rows(sql, &hour.of, err))
            return false;
        removed += sql_changes(sql);
        if (sql_changes(sql) < LEDGER_RETENTION_ROWS &&
            !remove_hour(sql, &hour.of, err))
            return false;
    } while (removed < LEDGER_RETENTION_ROWS / 2);
    return true;
}

static bool remove_results(struct sql *sql, uint64_t before_ms, bool *more,
                           struct err *err)
{
    uint64_t kept_ms =
        before_ms > RESULTS_KEPT_MS ? before_ms - RESULTS_KEPT_MS : 0;

    if (!sql_run(sql,
                 "DELETE FROM batch_result WHERE result IN (SELECT result"
                 " FROM batch_result WHERE booked_ms < $1 LIMIT $2)",
                 SQL_VALUES(number(kept_ms), sql_number(LEDGER_RETENTION_ROWS)),
                 err))
        return false;
    *more = sql_changes(sql) == LEDGER_RETENTION_ROWS;
    return true;
}

bool ledger_retention_step(struct sql *sql, const struct zone *zone,
                           uint64_t before_ms, bool *more, struct err *err)
{
    bool shrinks;

    if (!remove_bookings(sql, zone, before_ms / 1000, more, err) ||
        (!*more && !ledger_sessions_step(sql, before_ms / 1000, more, err)) ||
        (!*more && !remove_results(sql, before_ms, more, err)) ||
        !sql_shrink(sql, &shrinks, err))
        return false;
    *more |= shrinks;
    return true;
}
