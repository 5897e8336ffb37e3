// SPDX-License-Identifier: MIT
/* Reading bookings once, from the newest back and from the newest on. */
#include "usage/series.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "usage/booking_sql.h"

/* Read at once: some 10 ms. */
#define ROWS_MAX 4096
#define TEXT_MAX (64u * 1024)

/* How long an answer is good for: what changes within one is the last point. */
static const uint64_t good_for_ms[SERIES_RANGES] = {
    [SERIES_HOUR] = 2000,
    [SERIES_DAY] = 5000,
    [SERIES_MONTH] = 15000,
};

/* Read are the bookings with these ids, and all of those that will never be there. */
struct reach {
    uint64_t generation; /* of what was forgotten */
    bool begun;
    int64_t lowest;
    int64_t newest;
    uint64_t back_to_ms; /* all that ended since then are read */
};

struct kept {
    struct buf text;
    uint64_t until_ms; /* steady */
};

struct series {
    atomic_int refs;
    const struct zone *zone;
    pthread_mutex_t lock; /* of scales and reach */
    struct series_scale *scales[SERIES_RANGES];
    struct reach reach;
    pthread_mutex_t text_lock;
    struct kept kept[SERIES_RANGES];
};

/* ---- life ---------------------------------------------------------------- */

static void make_scales(struct series *series)
{
    for (size_t i = 0; i < SERIES_RANGES; i++)
        series->scales[i] =
            series_scale_new((enum series_range)i, series->zone);
}

static void free_scales(struct series *series)
{
    for (size_t i = 0; i < SERIES_RANGES; i++)
        series_scale_free(series->scales[i]);
}

struct series *series_new(const struct zone *zone)
{
    struct series *series = MEM_NEW(struct series);

    atomic_init(&series->refs, 1);
    series->zone = zone;
    (void)pthread_mutex_init(&series->lock, NULL);
    (void)pthread_mutex_init(&series->text_lock, NULL);
    for (size_t i = 0; i < SERIES_RANGES; i++)
        buf_init(&series->kept[i].text, TEXT_MAX);
    return series;
}

struct series *series_ref(struct series *series)
{
    (void)atomic_fetch_add(&series->refs, 1);
    return series;
}

void series_unref(struct series *series)
{
    if (!series || atomic_fetch_sub(&series->refs, 1) > 1)
        return;
    free_scales(series);
    for (size_t i = 0; i < SERIES_RANGES; i++)
        buf_done(&series->kept[i].text);
    (void)pthread_mutex_destroy(&series->lock);
    (void)pthread_mutex_destroy(&series->text_lock);
    mem_free(series);
}

const struct zone *series_zone(const struct series *series)
{
    return series->zone;
}

void series_forget(struct series *series)
{
    (void)pthread_mutex_lock(&series->lock);
    free_scales(series);
    for (size_t i = 0; i < SERIES_RANGES; i++)
        series->scales[i] = NULL;
    series->reach =
        (struct reach){ .generation = series->reach.generation + 1 };
    (void)pthread_mutex_unlock(&series->lock);
    (void)pthread_mutex_lock(&series->text_lock);
    for (size_t i = 0; i < SERIES_RANGES; i++)
        series->kept[i].until_ms = 0;
    (void)pthread_mutex_unlock(&series->text_lock);
}

/* ---- answers that were given --------------------------------------------- */

bool series_kept(struct series *series, enum series_range range,
                 struct buf *out)
{
    struct kept *kept = &series->kept[range];
    bool good;

    (void)pthread_mutex_lock(&series->text_lock);
    good = clock_steady_ms() < kept->until_ms;
    if (good)
        buf_add(out, buf_str(&kept->text));
    (void)pthread_mutex_unlock(&series->text_lock);
    return good;
}

void series_keep(struct series *series, enum series_range range,
                 struct str text)
{
    struct kept *kept = &series->kept[range];

    (void)pthread_mutex_lock(&series->text_lock);
    buf_clear(&kept->text);
    buf_add(&kept->text, text);
    kept->until_ms = clock_steady_ms() + good_for_ms[range];
    (void)pthread_mutex_unlock(&series->text_lock);
}

/* ---- reading ------------------------------------------------------------- */

struct reading {
    struct sql *sql;
    struct reach reach;
    int64_t target; /* the oldest that is wanted */
    struct series_booking *rows;
    size_t count;
};

static bool take_number(void *arg, const struct sql_row *row)
{
    if (!sql_row_is_null(row, 0))
        *(int64_t *)arg = sql_row_number(row, 0);
    return false;
}

static bool take_row(void *arg, const struct sql_row *row)
{
    struct reading *reading = arg;
    struct series_booking *booking = &reading->rows[reading->count++];
    uint64_t duration_ms = (uint64_t)sql_row_number(row, 2);

    booking->id = sql_row_number(row, 0);
    booking->ended_ms = (uint64_t)sql_row_number(row, 1);
    booking->began_ms =
        duration_ms < booking->ended_ms ? booking->ended_ms - duration_ms : 0;
    booking->first_byte_ms = (uint64_t)sql_row_number(row, 3);
    for (size_t i = 0; i < ASK_SUMS; i++)
        booking->sums[i] = sql_row_number(row, 4 + i);
    return reading->count < ROWS_MAX;
}

#define ROWS                                                                      \
    "SELECT id, ended_ms, duration_ms, COALESCE(first_byte_ms, 0), " BOOKING_SUMS \
    " FROM booking"

static bool read_rows(struct reading *reading, const char *text, int64_t from,
                      int64_t to, struct err *err)
{
    const struct sql_ask ask = { text,
                                 SQL_VALUES(sql_number(from), sql_number(to)),
                                 take_row, reading };

    reading->count = 0;
    return sql_query(reading->sql, &ask, err);
}

static bool find_newest(struct reading *reading, struct err *err)
{
    int64_t newest = 0;
    const struct sql_ask ask = { "SELECT max(id) FROM booking", SQL_NO_VALUES,
                                 take_number, &newest };

    if (reading->reach.begun)
        return true;
    if (!sql_query(reading->sql, &ask, err))
        return false;
    reading->reach.begun = true;
    reading->reach.newest = newest;
    reading->reach.lowest = newest + 1;
    reading->reach.back_to_ms = UINT64_MAX;
    return true;
}

/* By hours, since bookings lie in the order of their ends only roughly. */
static bool find_target(struct reading *reading, uint64_t since_ms,
                        struct err *err)
{
    const struct sql_ask ask = {
        "SELECT min(first_id) FROM hour WHERE hour_s >= $1",
        SQL_VALUES(sql_number(
            (int64_t)(since_ms / ASK_HOUR_MS * (ASK_HOUR_MS / 1000)))),
        take_number, &reading->target
    };

    reading->target = reading->reach.newest + 1;
    return sql_query(reading->sql, &ask, err);
}

static bool read_new(struct reading *reading, struct err *err)
{
    struct reach *reach = &reading->reach;

    if (!read_rows(reading, ROWS " WHERE id > $1 AND id < $2 ORDER BY id",
                   reach->newest, INT64_MAX, err))
        return false;
    if (reading->count > 0)
        reach->newest = reading->rows[reading->count - 1].id;
    return true;
}

static bool read_old(struct reading *reading, struct err *err)
{
    struct reach *reach = &reading->reach;

    if (!read_rows(reading, ROWS " WHERE id >= $1 AND id < $2 ORDER BY id DESC",
                   reading->target, reach->lowest, err))
        return false;
    reach->lowest = reading->target;
    if (reading->count == 0)
        return true;
    reach->back_to_ms = reading->rows[reading->count - 1].ended_ms;
    if (reading->count == ROWS_MAX)
        reach->lowest = reading->rows[reading->count - 1].id;
    return true;
}

/* Unless another has read on meanwhile, or all was forgotten. */
static void count_rows(struct series *series, const struct reading *reading,
                       const struct reach *before)
{
    (void)pthread_mutex_lock(&series->lock);
    if (series->reach.generation == before->generation &&
        series->reach.newest == before->newest &&
        series->reach.lowest == before->lowest) {
        if (!series->scales[0])
            make_scales(series);
        for (size_t i = 0; i < reading->count; i++)
            for (size_t k = 0; k < SERIES_RANGES; k++)
                series_scale_add(series->scales[k], &reading->rows[i]);
        series->reach = reading->reach;
    }
    (void)pthread_mutex_unlock(&series->lock);
}

static bool read_some(struct reading *reading, uint64_t since_ms, bool *done,
                      struct err *err)
{
    *done = false;
    if (!find_newest(reading, err) || !find_target(reading, since_ms, err) ||
        !read_new(reading, err))
        return false;
    if (reading->count > 0) /* those before come next time */
        return true;
    if (reading->reach.lowest > reading->target)
        return read_old(reading, err);
    if (since_ms < reading->reach.back_to_ms)
        reading->reach.back_to_ms = since_ms;
    *done = true;
    return true;
}

/* Minutes are wanted twice as far back. */
static uint64_t since_of(const struct series *series, enum series_range range,
                         uint64_t now_ms)
{
    size_t points = series_points(range) * (range == SERIES_HOUR ? 2 : 1);

    return series_window(range, series->zone, now_ms, points - 1).start_ms;
}

bool series_read(struct sql *sql, struct series *series,
                 const struct series_want *want, bool *done, struct err *err)
{
    struct reading reading = { .sql = sql };
    struct reach before;
    bool ok;

    (void)pthread_mutex_lock(&series->lock);
    before = series->reach;
    (void)pthread_mutex_unlock(&series->lock);
    reading.reach = before;
    reading.rows = mem_alloc(ROWS_MAX * sizeof(*reading.rows));
    ok = read_some(&reading, since_of(series, want->range, want->now_ms), done,
                   err);
    if (ok)
        count_rows(series, &reading, &before);
    mem_free(reading.rows);
    return ok;
}

bool series_figures(struct series *series, enum series_range range,
                    struct zone_window window,
                    const struct series_running *running,
                    struct series_figures *figures)
{
    static const struct series_running none = { .count = 0 };
    bool known;

    *figures = (struct series_figures){ .timed = 0 };
    (void)pthread_mutex_lock(&series->lock);
    known = series->reach.begun && series->scales[range] &&
            (series->reach.back_to_ms <= window.start_ms);
    if (known)
        series_scale_figures(series->scales[range], window,
                             running ? running : &none, figures);
    (void)pthread_mutex_unlock(&series->lock);
    return known;
}
