// SPDX-License-Identifier: MIT
/* Rings of points, and of instants at which it is counted who was being answered. */
#include "usage/series_scale.h"

#include <assert.h>
#include <math.h>

#include "base/macros.h"
#include "base/mem.h"

#define MINUTE_MS 60000u
#define HOUR_MS 3600000u
#define DAY_MS 86400000u

/* Each doubling of the time has so many classes: within one all differ by 9 % at most. */
#define CLASSES_PER_DOUBLING 8
/* Up to 2^21 ms, half an hour. */
#define CLASSES (21 * CLASSES_PER_DOUBLING + 1)

/* `kept` points are twice as many for minutes: nothing else knows those before.  The
   instants, which are seconds, cover one point more than is shown: what happens for some
   seconds is in a day's course as it is in an hour's, at 6 MB for a month. */
static const struct {
    const char *word;
    size_t points;
    size_t kept;
    uint64_t step_ms;
    size_t instants;
} ranges[SERIES_RANGES] = {
    [SERIES_HOUR] = { "hour", 60, 128, MINUTE_MS, 62 * 60 },
    [SERIES_DAY] = { "day", 24, 26, HOUR_MS, 26 * 3600 },
    [SERIES_MONTH] = { "month", 30, 32, DAY_MS, 33 * 86400 },
};
#define INSTANT_MS 1000u

struct point {
    int64_t start; /* of its window in ms; NONE: empty */
    int64_t sums[ASK_SUMS];
    uint32_t classes[CLASSES];
};
#define NONE (-1)

struct series_scale {
    enum series_range range;
    const struct zone *zone;
    struct zone_window window; /* of the booking that was added last, */
    size_t slot;               /* and where its point lies */
    struct point *points;      /* by number, modulo how many there are */
    uint16_t *instants;        /* likewise */
    uint64_t newest;           /* the instant after the last that is counted */
};

/* ---- ranges -------------------------------------------------------------- */

const char *series_range_word(enum series_range range)
{
    assert(range < SERIES_RANGES);
    return ranges[range].word;
}

enum series_range series_range_of(struct str word)
{
    for (size_t i = 0; i < SERIES_RANGES; i++) {
        if (str_eq(word, str_of(ranges[i].word)))
            return (enum series_range)i;
    }
    return SERIES_RANGES;
}

size_t series_points(enum series_range range)
{
    assert(ranges[range].points <= SERIES_POINTS_MAX);
    return ranges[range].points;
}

uint64_t series_step_ms(enum series_range range)
{
    return ranges[range].step_ms;
}

struct zone_window series_window(enum series_range range,
                                 const struct zone *zone, uint64_t now_ms,
                                 size_t back)
{
    uint64_t step_ms = ranges[range].step_ms;
    uint64_t number = now_ms / step_ms;
    int64_t day;

    if (range == SERIES_MONTH) {
        day = zone_day(zone, now_ms) - (int64_t)back;
        return (struct zone_window){ zone_day_ms(zone, day),
                                     zone_day_ms(zone, day + 1) };
    }
    number -= back < number ? back : number;
    return (struct zone_window){ number * step_ms, (number + 1) * step_ms };
}

/* ---- times --------------------------------------------------------------- */

static size_t class_of(uint64_t ms)
{
    double at = log2((double)ms) * CLASSES_PER_DOUBLING;

    return at < CLASSES - 1 ? (size_t)at : CLASSES - 1;
}

/* Its middle. */
static uint64_t class_ms(size_t class)
{
    return (uint64_t)llround(
        exp2(((double)class + 0.5) / CLASSES_PER_DOUBLING));
}

/* Below which so many percent lie. */
static uint64_t percentile(const struct point *point, uint64_t all,
                           unsigned percent)
{
    uint64_t rank = (all * percent + 99) / 100;
    uint64_t seen = 0;
    size_t class = 0;

    while (class < CLASSES - 1) {
        seen += point->classes[class];
        if (seen >= rank)
            break;
        class ++;
    }
    return class_ms(class);
}

/* ---- life ---------------------------------------------------------------- */

struct series_scale *series_scale_new(enum series_range range,
                                      const struct zone *zone)
{
    struct series_scale *scale = MEM_NEW(struct series_scale);
    size_t kept = ranges[range].kept;

    scale->range = range;
    scale->zone = zone;
    scale->points = mem_zalloc(kept * sizeof(*scale->points));
    for (size_t i = 0; i < kept; i++)
        scale->points[i].start = NONE;
    scale->instants =
        mem_zalloc(ranges[range].instants * sizeof(*scale->instants));
    return scale;
}

void series_scale_free(struct series_scale *scale)
{
    if (!scale)
        return;
    mem_free(scale->points);
    mem_free(scale->instants);
    mem_free(scale);
}

/* ---- adding -------------------------------------------------------------- */

static size_t slot_of(const struct series_scale *scale,
                      struct zone_window window)
{
    uint64_t number = scale->range == SERIES_MONTH
                          ? (uint64_t)zone_day(scale->zone, window.start_ms)
                          : window.start_ms / ranges[scale->range].step_ms;

    return (size_t)(number % ranges[scale->range].kept);
}

/* What bookings have in common with the one before is not looked up again. */
static void find_window(struct series_scale *scale, uint64_t at_ms)
{
    if (at_ms >= scale->window.start_ms && at_ms < scale->window.end_ms)
        return;
    scale->window = series_window(scale->range, scale->zone, at_ms, 0);
    scale->slot = slot_of(scale, scale->window);
}

/* NULL: it is too old. */
static struct point *point_at(struct series_scale *scale, uint64_t at_ms)
{
    struct point *point;
    int64_t start;

    find_window(scale, at_ms);
    point = &scale->points[scale->slot];
    start = (int64_t)scale->window.start_ms;
    if (point->start > start)
        return NULL;
    if (point->start < start)
        *point = (struct point){ .start = start };
    return point;
}

/* From now on up to that one, without. */
static void move_on(struct series_scale *scale, uint64_t newest)
{
    size_t count = ranges[scale->range].instants;
    uint64_t from = scale->newest;

    if (newest <= from)
        return;
    if (from == 0) /* nothing was counted yet */
        from = newest;
    if (newest - from > count)
        from = newest - count;
    for (uint64_t at = from; at < newest; at++)
        scale->instants[at % count] = 0;
    scale->newest = newest;
}

static uint64_t instant_from(uint64_t at_ms)
{
    return (at_ms + INSTANT_MS - 1) / INSTANT_MS;
}

static uint64_t oldest(const struct series_scale *scale)
{
    size_t count = ranges[scale->range].instants;

    return scale->newest > count ? scale->newest - count : 0;
}

/* It was being answered at all instants from when it began until before it ended. */
static void add_instants(struct series_scale *scale,
                         const struct series_booking *booking)
{
    uint64_t first = instant_from(booking->began_ms);
    uint64_t end = instant_from(booking->ended_ms);

    move_on(scale, end);
    if (first < oldest(scale))
        first = oldest(scale);
    for (uint64_t at = first; at < end; at++) {
        uint16_t *count = &scale->instants[at % ranges[scale->range].instants];

        if (*count < UINT16_MAX)
            (*count)++;
    }
}

void series_scale_add(struct series_scale *scale,
                      const struct series_booking *booking)
{
    struct point *point = point_at(scale, booking->ended_ms);

    add_instants(scale, booking);
    if (!point)
        return;
    for (size_t i = 0; i < ASK_SUMS; i++)
        point->sums[i] += booking->sums[i];
    if (booking->first_byte_ms > 0)
        point->classes[class_of(booking->first_byte_ms)]++;
}

/* ---- figures ------------------------------------------------------------- */

/* At the instants of the window, as far as bookings tell and up to now. */
static struct zone_window instants_of(const struct series_scale *scale,
                                      struct zone_window window,
                                      const struct series_running *running)
{
    struct zone_window span = { instant_from(window.start_ms),
                                instant_from(window.end_ms) };
    uint64_t last = scale->newest;

    if (running->count > 0 && running->now_ms / INSTANT_MS + 1 > last)
        last = running->now_ms / INSTANT_MS + 1;
    if (span.start_ms < oldest(scale))
        span.start_ms = oldest(scale);
    if (span.end_ms > last)
        span.end_ms = last;
    return span;
}

/* Those that run began one after the other, and none has ended. */
static uint64_t streams_max(const struct series_scale *scale,
                            struct zone_window window,
                            const struct series_running *running)
{
    struct zone_window span = instants_of(scale, window, running);
    size_t count = ranges[scale->range].instants;
    size_t slot = (size_t)(span.start_ms % count);
    size_t begun = 0;
    uint64_t most = 0;

    for (uint64_t at = span.start_ms; at < span.end_ms; at++) {
        uint64_t here = at < scale->newest ? scale->instants[slot] : 0;

        while (begun < running->count &&
               running->began_ms[begun] <= at * INSTANT_MS)
            begun++;
        if (here + begun > most)
            most = here + begun;
        slot = slot + 1 < count ? slot + 1 : 0;
    }
    return most;
}

/* All of them run at this moment, which may lie behind the last instant. */
static uint64_t running_now(struct zone_window window,
                            const struct series_running *running)
{
    bool within =
        running->now_ms >= window.start_ms && running->now_ms < window.end_ms;

    return within ? running->count : 0;
}

static uint64_t count_timed(const struct point *point)
{
    uint64_t count = 0;

    for (size_t i = 0; i < CLASSES; i++)
        count += point->classes[i];
    return count;
}

void series_scale_figures(const struct series_scale *scale,
                          struct zone_window window,
                          const struct series_running *running,
                          struct series_figures *figures)
{
    const struct point *point = &scale->points[slot_of(scale, window)];

    *figures =
        (struct series_figures){ .streams_max =
                                     streams_max(scale, window, running) };
    if (figures->streams_max < running_now(window, running))
        figures->streams_max = running_now(window, running);
    if (point->start != (int64_t)window.start_ms)
        return;
    for (size_t i = 0; i < ASK_SUMS; i++)
        figures->sums[i] = point->sums[i];
    /* Whatever lies between two instants was there, too. */
    if (figures->streams_max == 0 && figures->sums[ASK_REQUESTS] > 0)
        figures->streams_max = 1;
    figures->timed = count_timed(point);
    if (figures->timed == 0)
        return;
    figures->first_byte_p50_ms = percentile(point, figures->timed, 50);
    figures->first_byte_p95_ms = percentile(point, figures->timed, 95);
}
