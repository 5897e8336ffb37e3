// SPDX-License-Identifier: MIT
/* The last requests that match: which hours are looked through, and where it goes on. */
#include "usage/ask_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "usage/ask_find.h"

#define HOUR_S 3600
/* Hours that are picked at once: some 30 ms, whatever is asked for. */
#define WINDOW 720
/* Nearly all requests take less. */
#define DAY_HOURS 24

/* ---- where it goes on ---------------------------------------------------- */

void ask_cursor_write(const struct ask_cursor *cursor, char out[ASK_CURSOR_MAX])
{
    (void)snprintf(out, ASK_CURSOR_MAX, "%" PRId64 "-%" PRId64,
                   cursor->hour_s / HOUR_S, cursor->number);
}

bool ask_cursor_read(struct str text, struct ask_cursor *cursor)
{
    struct str rest = text;
    struct str hour;
    uint64_t hours;
    uint64_t number;

    if (!str_next(&rest, '-', &hour) ||
        !str_to_u64(hour, INT64_MAX / HOUR_S, &hours) ||
        !str_to_u64(rest, INT64_MAX, &number))
        return false;
    *cursor = (struct ask_cursor){ .hour_s = (int64_t)hours * HOUR_S,
                                   .number = (int64_t)number };
    return true;
}

/* ---- hours --------------------------------------------------------------- */

struct search {
    struct sql *sql;
    const struct ask_requests *ask;
    struct ask_found *found;
    struct ask_finding finding;
    struct ask_hour *hours; /* of a window */
    size_t hour_count;
    int64_t first_s; /* the hours that are looked through at all */
    int64_t last_s;
};

static int64_t hour_of(uint64_t at_ms)
{
    uint64_t hours = at_ms / ASK_HOUR_MS;

    return hours < INT64_MAX / HOUR_S ? (int64_t)hours * HOUR_S : INT64_MAX;
}

/* From the cursor on.  A request is booked in the hour in which it ended, which is that
   of its id or one of those that follow. */
static void set_bounds(struct search *search)
{
    const struct ask_requests *ask = search->ask;

    search->first_s = hour_of(ask->filter.since_ms);
    search->last_s = hour_of(ask->filter.until_ms - 1);
    if (ask->by_id && hour_of(ask->began_ms) > search->first_s)
        search->first_s = hour_of(ask->began_ms);
    if (!ask->goes_on)
        return;
    if (ask->by_id && ask->after.hour_s > search->first_s)
        search->first_s = ask->after.hour_s;
    if (!ask->by_id && ask->after.hour_s < search->last_s)
        search->last_s = ask->after.hour_s;
}

static bool take_number(void *arg, const struct sql_row *row)
{
    if (!sql_row_is_null(row, 0))
        *(int64_t *)arg = sql_row_number(row, 0);
    return false;
}

#define BOUNDS " FROM hour WHERE hour_s >= $1 AND hour_s <= $2"

/* Where to look next: the newest hour that anything was booked in, for an id the
   oldest; NO_HOUR: there is none. */
#define NO_HOUR (-1)

static bool find_next(struct search *search, int64_t *hour_s, struct err *err)
{
    const struct sql_ask ask = {
        search->ask->by_id ? "SELECT min(hour_s)" BOUNDS
                           : "SELECT max(hour_s)" BOUNDS,
        SQL_VALUES(sql_number(search->first_s), sql_number(search->last_s)),
        take_number, hour_s
    };

    *hour_s = NO_HOUR;
    return sql_query(search->sql, &ask, err);
}

static bool take_hour(void *arg, const struct sql_row *row)
{
    struct search *search = arg;

    search->hours[search->hour_count++] =
        (struct ask_hour){ .hour_s = sql_row_number(row, 0),
                           .first = sql_row_number(row, 1),
                           .last = sql_row_number(row, 2) };
    return search->hour_count < WINDOW;
}

#define HOURS                                                                  \
    "SELECT hour_s, first_id, last_id FROM hour"                               \
    " WHERE hour_s >= $1 AND hour_s <= $2" ASK_OCCURS " ORDER BY hour_s"

static bool pick_hours(struct search *search, int64_t first_s, int64_t last_s,
                       struct err *err)
{
    struct sql_value values[ASK_FILTER_VALUES];
    const struct sql_ask ask = { search->ask->by_id ? HOURS : HOURS " DESC",
                                 values, ASK_FILTER_VALUES, take_hour, search };

    ask_filter_bind(&search->ask->filter, values);
    values[0] = sql_number(first_s);
    values[1] = sql_number(last_s);
    search->hour_count = 0;
    return sql_query(search->sql, &ask, err);
}

/* ---- looking ------------------------------------------------------------- */

static bool is_over(const struct search *search)
{
    return search->finding.count == search->ask->limit ||
           clock_steady_ms() >= search->finding.deadline_ms;
}

static void go_on_at(struct search *search, int64_t hour_s, int64_t number)
{
    search->found->more = hour_s >= search->first_s && hour_s <= search->last_s;
    search->found->next = (struct ask_cursor){ hour_s, number };
    search->found->searched_back_ms =
        ((uint64_t)hour_s + (search->ask->by_id ? 0 : HOUR_S)) * 1000;
}

/* How far back that is, within its hour: others may have been booked in between. */
static bool tell_time(struct search *search, int64_t hour_s, int64_t number,
                      struct err *err)
{
    int64_t first_ms = hour_s * 1000;
    int64_t last_ms = first_ms + ASK_HOUR_MS;
    int64_t ended_ms = last_ms;
    const struct sql_ask ask = { "SELECT ended_ms FROM booking WHERE id >= $1"
                                 " ORDER BY id LIMIT 1",
                                 SQL_VALUES(sql_number(number)), take_number,
                                 &ended_ms };

    if (!sql_query(search->sql, &ask, err))
        return false;
    if (ended_ms < first_ms)
        ended_ms = first_ms;
    search->found->searched_back_ms =
        (uint64_t)(ended_ms < last_ms ? ended_ms : last_ms);
    return true;
}

/* One hour; `*over` if it was not looked through, or need not go on. */
static bool look_in(struct search *search, const struct ask_hour *in,
                    bool *over, struct err *err)
{
    const struct ask_requests *ask = search->ask;
    struct ask_hour hour = *in;
    int64_t back_to;

    if (ask->goes_on && hour.hour_s == ask->after.hour_s &&
        hour.last >= ask->after.number)
        hour.last = ask->after.number - 1;
    if (!ask_find_in(search->sql, &search->finding, &hour, &back_to, err))
        return false;
    *over = is_over(search);
    if (!*over)
        return true;
    if (back_to <= hour.first) {
        go_on_at(search, hour.hour_s + (ask->by_id ? HOUR_S : -HOUR_S),
                 INT64_MAX);
        return true;
    }
    go_on_at(search, hour.hour_s, back_to);
    return tell_time(search, hour.hour_s, back_to, err);
}

static bool look_in_window(struct search *search, bool *over, struct err *err)
{
    *over = false;
    for (size_t i = 0; i < search->hour_count && !*over; i++) {
        if (!look_in(search, &search->hours[i], over, err))
            return false;
    }
    return true;
}

/* Without a month's hours in between there may be nothing for a year. */
static bool look_back(struct search *search, struct err *err)
{
    int64_t newest_s;
    bool over = false;

    while (!over) {
        int64_t first_s;

        if (!find_next(search, &newest_s, err))
            return false;
        if (newest_s == NO_HOUR)
            return true;
        first_s = newest_s - (WINDOW - 1) * HOUR_S;
        if (first_s < search->first_s)
            first_s = search->first_s;
        if (!pick_hours(search, first_s, newest_s, err) ||
            !look_in_window(search, &over, err))
            return false;
        if (!over && is_over(search)) {
            go_on_at(search, first_s - HOUR_S, INT64_MAX);
            over = true;
        }
        search->last_s = first_s - HOUR_S;
    }
    return true;
}

static bool take_true(void *arg, const struct sql_row *row)
{
    (void)row;
    *(bool *)arg = true;
    return false;
}

/* The results of a batch have the id of the request that fetched them; no other request
   shares its own. */
static bool find_company(struct search *search, bool *alone, struct err *err)
{
    const struct ask_finding *finding = &search->finding;
    const struct sql_ask ask = {
        "SELECT 1 FROM booking b JOIN word e ON e.id = b.endpoint"
        " WHERE b.id = $1 AND COALESCE(b.batch, 0) = 0"
        " AND e.text NOT LIKE '%/results'",
        SQL_VALUES(sql_number(finding->count > 0 ? finding->numbers[0] : 0)),
        take_true, alone
    };

    *alone = false;
    return finding->count == 0 || sql_query(search->sql, &ask, err);
}

/* Up to where an id is looked for at once: nearly all end within a day. */
static int64_t usual_end(const struct search *search, int64_t oldest_s)
{
    int64_t day_s = hour_of(search->ask->began_ms) + DAY_HOURS * HOUR_S;
    int64_t end_s =
        oldest_s <= day_s ? day_s : oldest_s + (WINDOW - 1) * HOUR_S;

    return end_s < search->last_s ? end_s : search->last_s;
}

/* Upwards from when it came, for a request may take as long as it likes. */
static bool look_for_id(struct search *search, struct err *err)
{
    int64_t oldest_s;
    int64_t last_s;
    bool alone = false;
    bool over = false;

    while (!over && search->finding.count == 0) {
        if (!find_next(search, &oldest_s, err))
            return false;
        if (oldest_s == NO_HOUR)
            return true;
        last_s = usual_end(search, oldest_s);
        if (!pick_hours(search, oldest_s, last_s, err) ||
            !look_in_window(search, &over, err) ||
            !find_company(search, &alone, err))
            return false;
        if (!over && is_over(search)) {
            go_on_at(search, last_s + HOUR_S, INT64_MAX);
            over = true;
        }
        search->first_s = last_s + HOUR_S;
    }
    search->found->more = search->found->more && !alone;
    return true;
}

/* ---- what was found ------------------------------------------------------ */

static int newest_first(const void *a, const void *b)
{
    const struct ask_booking *one = a;
    const struct ask_booking *other = b;
    int64_t mine = one->at[ASK_COLUMN_ended_at].number;
    int64_t others = other->at[ASK_COLUMN_ended_at].number;

    if (mine != others)
        return mine > others ? -1 : 1;
    return one->number > other->number ? -1 : one->number < other->number;
}

static bool read_rows(struct search *search, struct err *err)
{
    struct ask_found *found = search->found;
    size_t count = search->finding.count;

    found->rows = arena_alloc(found->arena, (count + 1) * sizeof(*found->rows));
    for (size_t i = 0; i < count; i++) {
        struct ask_booking *row = &found->rows[found->count];
        bool there;

        row->number = search->finding.numbers[i];
        if (!ask_booking_read(search->sql, row, found->arena, &there, err))
            return false;
        found->count += there;
    }
    qsort(found->rows, found->count, sizeof(*found->rows), newest_first);
    return true;
}

bool ask_requests_run(struct sql *sql, const struct ask_requests *ask,
                      struct ask_found *found, struct err *err)
{
    struct search search = { .sql = sql, .ask = ask, .found = found };

    *found = (struct ask_found){ .arena = arena_new() };
    search.finding = (struct ask_finding){
        .ask = ask,
        .deadline_ms = clock_steady_ms() + ask->patience_ms,
        .numbers = arena_alloc(found->arena, ask->limit * sizeof(int64_t)),
    };
    search.hours = arena_alloc(found->arena, WINDOW * sizeof(struct ask_hour));
    set_bounds(&search);
    return ask_filter_check(sql, &ask->filter, err) &&
           (ask->by_id ? look_for_id(&search, err) : look_back(&search, err)) &&
           read_rows(&search, err);
}

void ask_found_done(struct ask_found *found)
{
    arena_free(found->arena);
    *found = (struct ask_found){ .count = 0 };
}
