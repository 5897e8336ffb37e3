// SPDX-License-Identifier: MIT
/* The statements that sums come from. */
#include "usage/ask_source.h"

#include "usage/booking_sql.h"

/* ---- statements ---------------------------------------------------------- */

#define SUMS                                                                   \
    "requests, failed, unpriced, tokens_in, tokens_out, cache_read,"           \
    " cache_write_5m, cache_write_1h, searches, cost_microusd"
#define SUMMED                                                                 \
    "CAST(sum(requests) AS bigint), CAST(sum(failed) AS bigint),"              \
    " CAST(sum(unpriced) AS bigint), CAST(sum(tokens_in) AS bigint),"          \
    " CAST(sum(tokens_out) AS bigint), CAST(sum(cache_read) AS bigint),"       \
    " CAST(sum(cache_write_5m) AS bigint),"                                    \
    " CAST(sum(cache_write_1h) AS bigint), CAST(sum(searches) AS bigint),"     \
    " CAST(sum(cost_microusd) AS bigint)"

#define DURING(time) " WHERE " time " >= $1 AND " time " < $2"
#define OF_SUMS ASK_HOLDER_IS ASK_ACCOUNT_IS ASK_MODEL_IS

/* The columns in front are those of struct ask_part, in its order. */
#define PLAIN(table, time)                                                     \
    "SELECT " time ", holder, account, model, 0, 0, " SUMS " FROM " table      \
    DURING(time) OF_SUMS
#define BY_TIME(table, time)                                                   \
    "SELECT " time ", 0, 0, 0, 0, 0, " SUMMED " FROM " table DURING(time)      \
        OF_SUMS " GROUP BY " time
#define WHOLE(table, time)                                                     \
    "SELECT 0, 0, 0, 0, 0, 0, " SUMMED " FROM " table DURING(time)             \
    OF_SUMS

static const char *const of_sums[][ASK_SHAPES] = {
    [ASK_DAYS] = { PLAIN("daily", "day"), BY_TIME("daily", "day"),
                   WHOLE("daily", "day") },
    [ASK_HOURS] = { PLAIN("total", "hour_s"), BY_TIME("total", "hour_s"),
                    WHOLE("total", "hour_s") },
};

static const char of_sessions[] =
    "SELECT hour_s, 0, account, model, session, key_id, " SUMS
    " FROM session_hour JOIN session s ON s.id = session_hour.session" DURING(
        "hour_s") " AND" ASK_KEY_IS ASK_ACCOUNT_IS ASK_MODEL_IS ASK_SESSION_IS;

/* $15 is the hour. */
#define ROWS                                                                   \
    "SELECT 0, holder, account, COALESCE(model, 0),"                           \
    " COALESCE(session, 0), 0, " BOOKING_SUMS " FROM booking"                  \
    " WHERE id >= (SELECT first_id FROM hour WHERE hour_s = $15)"              \
    " AND id <= (SELECT last_id FROM hour WHERE hour_s = $15)"                 \
    " AND ended_ms >= $1 AND ended_ms < $2" ASK_HOLDER_IS ASK_ACCOUNT_IS       \
        ASK_BOOKED_MODEL_IS ASK_SESSION_IS
static const char of_rows[] = ROWS;
static const char of_session_rows[] = ROWS " AND session IS NOT NULL";

static const char *text_of(const struct ask_from *from)
{
    enum ask_source source = from->span->source;

    if (source == ASK_ROWS)
        return from->sessions ? of_session_rows : of_rows;
    return from->sessions ? of_sessions : of_sums[source][from->shape];
}

/* ---- ranges -------------------------------------------------------------- */

#define VALUES (ASK_FILTER_VALUES + 1)

static int64_t bound(const struct ask_from *from, uint64_t at_ms)
{
    if (at_ms == ASK_NO_END)
        return INT64_MAX;
    switch (from->span->source) {
    case ASK_DAYS:
        return zone_day(from->zone, at_ms);
    case ASK_HOURS:
        return (int64_t)(at_ms / 1000);
    case ASK_ROWS:
        break;
    }
    return (int64_t)at_ms;
}

/* Everything has happened since then, in zones that are behind UTC too. */
static int64_t first(const struct ask_from *from)
{
    uint64_t from_ms = from->span->from_ms;

    return from_ms == 0 ? INT64_MIN : bound(from, from_ms);
}

/* ---- reading ------------------------------------------------------------- */

static bool take(void *arg, const struct sql_row *row)
{
    const struct ask_from *from = arg;
    struct ask_part part = {
        .time = sql_row_number(row, 0),
        .holder = sql_row_number(row, 1),
        .account = sql_row_number(row, 2),
        .model = sql_row_number(row, 3),
        .session = sql_row_number(row, 4),
        .key_id = sql_row_number(row, 5),
    };

    for (size_t i = 0; i < ASK_SUMS; i++)
        part.sums[i] = sql_row_number(row, 6 + i);
    return from->part(from->arg, &part);
}

bool ask_source_read(struct sql *sql, const struct ask_from *from,
                     struct err *err)
{
    struct sql_value values[VALUES];
    struct ask_from copy = *from;
    const struct sql_ask ask = { text_of(from), values, VALUES, take, &copy };
    uint64_t hour_ms = from->span->from_ms / ASK_HOUR_MS * ASK_HOUR_MS;

    ask_filter_bind(from->filter, values);
    values[0] = sql_number(first(from));
    values[1] = sql_number(bound(from, from->span->until_ms));
    values[ASK_FILTER_VALUES] = sql_number((int64_t)(hour_ms / 1000));
    return sql_query(sql, &ask, err);
}
