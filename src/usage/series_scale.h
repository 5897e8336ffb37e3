// SPDX-License-Identifier: MIT
/* What bookings come to by minutes, by hours or by days, for as many of them as a chart
   shows: sums, times to the first byte, and how many were answered at once.  Of fixed
   size; what is older than that is forgotten.  One thread at a time. */
#pragma once

#include "base/zone.h"
#include "usage/ask.h"

enum series_range {
    SERIES_HOUR,  /* 60 minutes */
    SERIES_DAY,   /* 24 hours */
    SERIES_MONTH, /* 30 days of the zone */
    SERIES_RANGES,
};

#define SERIES_POINTS_MAX 60

/* "hour", ... */
const char *series_range_word(enum series_range range);
/* SERIES_RANGES if it is none. */
enum series_range series_range_of(struct str word);
size_t series_points(enum series_range range);
/* How long one point is, mostly: a day has 23 or 25 hours twice a year. */
uint64_t series_step_ms(enum series_range range);

/* The stretch of the point that is `back` points before the one that `now_ms` is in. */
struct zone_window series_window(enum series_range range,
                                 const struct zone *zone, uint64_t now_ms,
                                 size_t back);

/* What a booking adds. */
struct series_booking {
    int64_t id;
    uint64_t began_ms;
    uint64_t ended_ms;
    uint64_t first_byte_ms; /* 0: not known */
    int64_t sums[ASK_SUMS];
};

struct series_figures {
    int64_t sums[ASK_SUMS];
    uint64_t
        timed; /* so many first bytes are known; 0: the next two are nothing */
    uint64_t first_byte_p50_ms; /* to about 5 % */
    uint64_t first_byte_p95_ms;
    uint64_t streams_max; /* at once, looked at each second */
};

/* What is being answered at a time: no booking knows of it yet. */
struct series_running {
    uint64_t now_ms;
    const uint64_t *began_ms; /* the oldest first */
    size_t count;
};

struct series_scale;

/* `zone` outlives it. */
struct series_scale *series_scale_new(enum series_range range,
                                      const struct zone *zone);
/* NULL is fine. */
void series_scale_free(struct series_scale *scale);
/* In any order, but each once. */
void series_scale_add(struct series_scale *scale,
                      const struct series_booking *booking);
/* Of a point that series_window() gave. */
void series_scale_figures(const struct series_scale *scale,
                          struct zone_window window,
                          const struct series_running *running,
                          struct series_figures *figures);
