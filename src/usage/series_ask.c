// SPDX-License-Identifier: MIT
/* Bookings, then sums, then those of the period before. */
#include "usage/series_ask.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* So long bookings are read for hours and days. */
#define READING_MS 1000

/* READING -> POINTS -> BEFORE -> DONE */
enum stage { READING, POINTS, BEFORE, DONE };

struct series_asking {
    struct series *series;
    enum stage stage;
    uint64_t deadline_ms; /* steady; 0: not begun */
    uint64_t *began_ms;   /* of what runs, the oldest first */
    size_t running;
    struct series_course course;
    struct asking *sums; /* of POINTS and BEFORE; NULL: not asked */
    struct ask_answer answer;
};

/* ---- life ---------------------------------------------------------------- */

static struct zone_window window_at(const struct series_asking *asking,
                                    size_t back)
{
    return series_window(asking->course.range, series_zone(asking->series),
                         asking->course.now_ms, back);
}

/* As far as the present point has come, the one a range earlier counts. */
static void set_before(struct series_asking *asking)
{
    struct series_course *course = &asking->course;
    struct zone_window last = window_at(asking, course->count);
    uint64_t into_ms = course->now_ms - window_at(asking, 0).start_ms;

    course->before.start_ms = window_at(asking, 2 * course->count - 1).start_ms;
    course->before.end_ms = last.start_ms + into_ms;
    if (course->range == SERIES_HOUR || course->before.end_ms > last.end_ms)
        course->before.end_ms = last.end_ms;
}

struct series_asking *series_ask_new(struct series *series,
                                     enum series_range range, uint64_t now_ms)
{
    struct series_asking *asking = MEM_NEW(struct series_asking);

    asking->series = series_ref(series);
    asking->course = (struct series_course){ .range = range,
                                             .now_ms = now_ms,
                                             .count = series_points(range) };
    set_before(asking);
    return asking;
}

static void drop_sums(struct series_asking *asking)
{
    ask_free(asking->sums);
    asking->sums = NULL;
    ask_answer_done(&asking->answer);
}

void series_ask_free(struct series_asking *asking)
{
    if (!asking)
        return;
    drop_sums(asking);
    series_unref(asking->series);
    mem_free(asking->began_ms);
    mem_free(asking);
}

void series_ask_running(struct series_asking *asking, uint64_t *began_ms,
                        size_t count)
{
    mem_free(asking->began_ms);
    asking->began_ms = began_ms;
    asking->running = count;
}

const struct series_course *series_ask_course(
    const struct series_asking *asking)
{
    return &asking->course;
}

/* ---- bookings ------------------------------------------------------------ */

static void fill_points(struct series_asking *asking)
{
    struct series_course *course = &asking->course;
    const struct series_running running = { course->now_ms, asking->began_ms,
                                            asking->running };

    course->complete = true;
    for (size_t i = 0; i < course->count; i++) {
        struct series_point *point = &course->points[i];

        point->window = window_at(asking, course->count - 1 - i);
        point->known = series_figures(asking->series, course->range,
                                      point->window, &running, &point->figures);
        course->complete = course->complete && point->known;
    }
}

static void sum_up_before(struct series_asking *asking)
{
    struct series_course *course = &asking->course;
    struct series_figures figures;

    for (size_t i = course->count; i < 2 * course->count; i++) {
        (void)series_figures(asking->series, course->range,
                             window_at(asking, i), NULL, &figures);
        for (size_t k = 0; k < ASK_SUMS; k++)
            course->before_sums[k] += figures.sums[k];
    }
}

/* Minutes are all read, for nothing else has them. */
static bool read_bookings(struct sql *sql, struct series_asking *asking,
                          struct err *err)
{
    struct series_course *course = &asking->course;
    const struct series_want want = { course->range, course->now_ms };
    bool done;

    if (asking->deadline_ms == 0)
        asking->deadline_ms = clock_steady_ms() + READING_MS;
    if (!series_read(sql, asking->series, &want, &done, err))
        return false;
    if (!done && (course->range == SERIES_HOUR ||
                  clock_steady_ms() < asking->deadline_ms))
        return true;
    fill_points(asking);
    asking->stage = POINTS;
    if (course->range != SERIES_HOUR)
        return true;
    sum_up_before(asking);
    asking->stage = DONE;
    return true;
}

/* ---- sums ---------------------------------------------------------------- */

static struct ask ask_for(const struct series_asking *asking)
{
    const struct series_course *course = &asking->course;
    bool before = asking->stage == BEFORE;

    return (struct ask){
        .by = course->range == SERIES_DAY ? ASK_BY_HOUR : ASK_BY_DAY,
        .filter = { .since_ms = before ? course->before.start_ms
                                       : course->points[0].window.start_ms,
                    .until_ms =
                        before
                            ? course->before.end_ms
                            : course->points[course->count - 1].window.end_ms },
        .zone = series_zone(asking->series),
        .now_ms = course->now_ms,
        .step_ms = ASK_STEP_MS,
    };
}

/* Hours have their beginning in seconds, days their number. */
static uint64_t start_of(const struct series_asking *asking,
                         const struct ask_row *row)
{
    return asking->course.range == SERIES_DAY
               ? (uint64_t)row->number * 1000
               : zone_day_ms(series_zone(asking->series), row->number);
}

static void take_sums(struct series_asking *asking)
{
    struct series_course *course = &asking->course;

    for (size_t i = 0; i < course->count; i++)
        memset(course->points[i].figures.sums, 0,
               sizeof(course->points[i].figures.sums));
    for (size_t r = 0; r < asking->answer.count; r++) {
        const struct ask_row *row = &asking->answer.rows[r];

        for (size_t i = 0; i < course->count; i++) {
            struct series_point *point = &course->points[i];

            if (point->window.start_ms == start_of(asking, row))
                memcpy(point->figures.sums, row->sums, sizeof(row->sums));
        }
    }
}

static bool read_sums(struct sql *sql, struct series_asking *asking,
                      struct err *err)
{
    struct ask ask = ask_for(asking);

    if (!asking->sums)
        asking->sums = ask_new(&ask);
    if (!ask_step(sql, asking->sums, &asking->answer, err))
        return false;
    if (!asking->answer.done)
        return true;
    if (asking->stage == POINTS)
        take_sums(asking);
    else
        memcpy(asking->course.before_sums, asking->answer.total,
               sizeof(asking->course.before_sums));
    drop_sums(asking);
    asking->stage = asking->stage == POINTS ? BEFORE : DONE;
    return true;
}

bool series_ask_step(struct sql *sql, struct series_asking *asking,
                     struct err *err)
{
    bool ok = asking->stage == READING ? read_bookings(sql, asking, err)
                                       : read_sums(sql, asking, err);

    assert(asking->stage != DONE || !asking->sums);
    if (ok)
        asking->course.done = asking->stage == DONE;
    return ok;
}
