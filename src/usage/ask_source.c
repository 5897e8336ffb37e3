// SPDX-License-Identifier: MIT
/* The statements that sums come from. */
#include "usage/ask_source.h"

#include <assert.h>

#include "usage/booking_sql.h"
#include "usage/sums_sql.h"

/* ---- statements ---------------------------------------------------------- */

#define DURING(time) " WHERE " time " >= $1 AND " time " < $2"
#define OF_SUMS ASK_HOLDER_IS ASK_ACCOUNT_IS ASK_MODEL_IS

#define PLAIN(column, table, time)                                             \
    "SELECT " column ", " SUMS_COLUMNS " FROM " table DURING(time) OF_SUMS
#define BY_TIME(table, time)                                                   \
    "SELECT " time ", " SUMS_ADDED_UP " FROM " table DURING(time) OF_SUMS      \
        " GROUP BY " time
#define WHOLE(table, time)                                                     \
    "SELECT 0, " SUMS_ADDED_UP " FROM " table DURING(time)                     \
    OF_SUMS

static const char *const of_sums[][ASK_KINDS] = {
    [ASK_DAYS] = { [ASK_OF_HOLDER] = PLAIN("holder", "daily", "day"),
                   [ASK_OF_ACCOUNT] = PLAIN("account", "daily", "day"),
                   [ASK_OF_MODEL] = PLAIN("model", "daily", "day"),
                   [ASK_OF_TIME] = BY_TIME("daily", "day"),
                   [ASK_OF_ALL] = WHOLE("daily", "day") },
    [ASK_HOURS] = { [ASK_OF_HOLDER] = PLAIN("holder", "total", "hour_s"),
                    [ASK_OF_ACCOUNT] = PLAIN("account", "total", "hour_s"),
                    [ASK_OF_MODEL] = PLAIN("model", "total", "hour_s"),
                    [ASK_OF_TIME] = BY_TIME("total", "hour_s"),
                    [ASK_OF_ALL] = WHOLE("total", "hour_s") },
};

/* Keys are looked up only if some are asked for. */
#define OF_SESSIONS                                                            \
    " AND ($6 = 0 OR session IN (SELECT id FROM session WHERE" ASK_KEY_IS      \
    "))" ASK_ACCOUNT_IS ASK_MODEL_IS ASK_SESSION_IS
#define SESSION(column, table, time)                                           \
    "SELECT " column ", " SUMS_COLUMNS " FROM " table DURING(time) OF_SESSIONS
#define SESSIONS(table, time)                                                  \
    {                                                                          \
        [ASK_OF_SESSION] = SESSION("session", table, time),                    \
        [ASK_OF_KEY] = SESSION("(SELECT key_id FROM session WHERE session.id"  \
                               " = " table ".session)",                        \
                               table, time),                                   \
        [ASK_OF_ACCOUNT] = SESSION("account", table, time),                    \
        [ASK_OF_MODEL] = SESSION("model", table, time),                        \
        [ASK_OF_TIME] = SESSION(time, table, time),                            \
    }

static const char *const of_sessions[][ASK_KINDS] = {
    [ASK_DAYS] = SESSIONS("session_day", "day"),
    [ASK_HOURS] = SESSIONS("session_hour", "hour_s"),
};

/* $23 is the hour. */
#define ROWS(column)                                                           \
    "SELECT " column ", " BOOKING_SUMS " FROM booking"                         \
    " WHERE id >= (SELECT first_id FROM hour WHERE hour_s = $23)"              \
    " AND id <= (SELECT last_id FROM hour WHERE hour_s = $23)"                 \
    " AND ended_ms >= $1 AND ended_ms < $2" ASK_HOLDER_IS ASK_ACCOUNT_IS       \
        ASK_BOOKED_MODEL_IS ASK_SESSION_IS

static const char *const of_rows[ASK_KINDS] = {
    [ASK_OF_HOLDER] = ROWS("holder"),
    [ASK_OF_ACCOUNT] = ROWS("account"),
    [ASK_OF_MODEL] = ROWS("COALESCE(model, 0)"),
    [ASK_OF_TIME] = ROWS("0"),
    [ASK_OF_SESSION] = ROWS("session") " AND session IS NOT NULL",
    [ASK_OF_KEY] = ROWS("(SELECT key_id FROM holder"
                        " WHERE holder.id = booking.holder)"),
    [ASK_OF_ALL] = ROWS("0"),
};

#define REMOVED(column) SUMS_REMOVED(column, "$1", "$2", "$23", OF_SUMS)

static const char *const of_removed[ASK_KINDS] = {
    [ASK_OF_HOLDER] = REMOVED("holder"), [ASK_OF_ACCOUNT] = REMOVED("account"),
    [ASK_OF_MODEL] = REMOVED("model"),   [ASK_OF_TIME] = REMOVED("0"),
    [ASK_OF_ALL] = REMOVED("0"),
};

static const char *text_of(const struct ask_from *from)
{
    enum ask_source source = from->span->source;
    const char *text = source == ASK_ROWS ? of_rows[from->kind]
                       : from->sessions   ? of_sessions[source][from->kind]
                                          : of_sums[source][from->kind];

    assert(text);
    return text;
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
    struct ask_part part = { .number = sql_row_number(row, 0) };

    for (size_t i = 0; i < ASK_SUMS; i++)
        part.sums[i] = sql_row_number(row, 1 + i);
    return from->part(from->arg, &part);
}

static bool take_truth(void *arg, const struct sql_row *row)
{
    *(bool *)arg = sql_row_number(row, 0) != 0;
    return false;
}

/* Another statement, if the bookings of the hour are not all there any more.  Of sessions
   only whole hours are known then: what they have of a part counts as of none, since
   taking all of it off that part would leave less than nothing. */
static bool choose_text(struct sql *sql, const struct ask_from *from,
                        struct sql_value hour_s, const char **text,
                        struct err *err)
{
    bool booked = true;
    const struct sql_ask ask = { "SELECT CASE WHEN " SUMS_ARE_BOOKED(
                                     "$1") " THEN 1 ELSE 0 END",
                                 &hour_s, 1, take_truth, &booked };

    if (from->span->source == ASK_ROWS && !sql_query(sql, &ask, err))
        return false;
    *text = text_of(from);
    if (!booked)
        *text = from->sessions ? NULL : of_removed[from->kind];
    return true;
}

bool ask_source_read(struct sql *sql, const struct ask_from *from,
                     struct err *err)
{
    struct sql_value values[VALUES];
    struct ask_from copy = *from;
    struct sql_ask ask = { NULL, values, VALUES, take, &copy };
    uint64_t hour_ms = from->span->from_ms / ASK_HOUR_MS * ASK_HOUR_MS;

    ask_filter_bind(from->filter, values);
    values[0] = sql_number(first(from));
    values[1] = sql_number(bound(from, from->span->until_ms));
    values[ASK_FILTER_VALUES] = sql_number((int64_t)(hour_ms / 1000));
    return choose_text(sql, from, values[ASK_FILTER_VALUES], &ask.text, err) &&
           (!ask.text || sql_query(sql, &ask, err));
}
