// SPDX-License-Identifier: MIT
/* The course of what was used: its last minutes, hours and days, for charts.  Bookings
   are read once, the newest first, and from then on only those that are new; so what
   somebody looks at all day costs next to nothing, and nothing is done while nobody
   does.  One for the process; it may be used by any thread. */
#pragma once

#include "base/buf.h"
#include "usage/series_scale.h"

struct series;

/* `zone` outlives it. */
struct series *series_new(const struct zone *zone);
struct series *series_ref(struct series *series);
/* NULL is fine. */
void series_unref(struct series *series);
const struct zone *series_zone(const struct series *series);

/* What was booked has been changed: all is read again. */
void series_forget(struct series *series);

struct series_want {
    enum series_range range;
    uint64_t now_ms;
};
/* Reads some bookings that are not counted yet, of those that the range shows.  On a
   thread of the records, again and again until `*done`.  After a failure the same
   again. */
bool series_read(struct sql *sql, struct series *series,
                 const struct series_want *want, bool *done,
                 struct err *err) MUST_CHECK;
/* With what is running (NULL: that does not matter).  False: not all of that stretch is
   read so far, and the figures are nothing. */
bool series_figures(struct series *series, enum series_range range,
                    struct zone_window window,
                    const struct series_running *running,
                    struct series_figures *figures);

/* An answer that was given before, if it is not too old; else nothing is appended. */
bool series_kept(struct series *series, enum series_range range,
                 struct buf *out);
void series_keep(struct series *series, enum series_range range,
                 struct str text);
