// SPDX-License-Identifier: MIT
/* The course of a range, for a chart: points, and the sums of the period before.  Minutes
   come from bookings (usage/series), hours and days from sums (usage/ask), which stay
   when bookings are removed; times to the first byte, and how many were answered at
   once, are known of bookings only. */
#pragma once

#include "usage/series.h"

struct series_point {
    struct zone_window window;
    bool known; /* else all but the sums of hours and days is nothing */
    struct series_figures figures;
};

struct series_course {
    enum series_range range;
    uint64_t now_ms;
    struct series_point points[SERIES_POINTS_MAX]; /* the newest last */
    size_t count;
    bool complete; /* all points are known */
    /* The same stretch one range earlier, as far as this one has come. */
    struct zone_window before;
    int64_t before_sums[ASK_SUMS];
    bool done; /* else another step follows */
};

struct series_asking;

/* Holds a reference to the series. */
struct series_asking *series_ask_new(struct series *series,
                                     enum series_range range, uint64_t now_ms);
/* What runs at that time, since when (the oldest first): no booking knows of it.  Before
   the first step; takes that memory. */
void series_ask_running(struct series_asking *asking, uint64_t *began_ms,
                        size_t count);
/* NULL is fine. */
void series_ask_free(struct series_asking *asking);
/* One step, until course->done, each in a transaction of its own.  Of hours and days the
   reading of bookings ends after a second or so, however many are left: the next
   question goes on there. */
bool series_ask_step(struct sql *sql, struct series_asking *asking,
                     struct err *err) MUST_CHECK;
const struct series_course *series_ask_course(
    const struct series_asking *asking);
