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
   instants cover one point more than is shown. */
static const struct {
    const char *word;
    size_t points;
    size_t kept;
    uint64_t step_ms;
    uint64_t instant_ms;
    size_t instants;
} ranges[SERIES_RANGES] = {
    [SERIES_HOUR] = { "hour", 60, 128, MINUTE_MS, 1000, 62 * 60 },
    [SERIES_DAY] = { "day", 24, 26, HOUR_MS, 10000, 26 * 360 },
    [SERIES_MONTH] = { "month", 30, 32, DAY_MS, 300000, 33 * 288 },
};

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
    uint32_t *instants;        /* likewise */
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
    if (newest - from > count)
        from = newest - count;
    for (uint64_t at = from; at < newest; at++)
        scale->instants[at % count] = 0;
    scale->newest = newest;
}

static uint64_t instant_from(const struct series_scale *scale, uint64_t at_ms)
{
    uint64_t step_ms = ranges[scale->range].instant_ms;

    return (at_ms + step_ms - 1) / step_ms;
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
    uint64_t first = instant_from(scale, booking->began_ms);
    uint64_t end = instant_from(scale, booking->ended_ms);

    move_on(scale, end);
    if (first < oldest(scale))
        first = oldest(scale);
    for (uint64_t at = first; at < end; at++)
        scale->instants[at % ranges[scale->range].instants]++;
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

static uint64_t streams_max(const struct series_scale *scale,
                            struct zone_window window)
{
    size_t count = ranges[scale->range].instants;
    uint64_t at = instant_from(scale, window.start_ms);
    uint64_t end = instant_from(scale, window.end_ms);
    uint64_t most = 0;

    if (at < oldest(scale))
        at = oldest(scale);
    if (end > scale->newest)
        end = scale->newest;
    for (; at < end; at++) {
        if (scale->instants[at % count] > most)
            most = scale->instants[at % count];
    }
    return most;
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
                          struct series_figures *figures)
{
    const struct point *point = &scale->points[slot_of(scale, window)];

    *figures =
        (struct series_figures){ .streams_max = streams_max(scale, window) };
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
