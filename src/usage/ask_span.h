// SPDX-License-Identifier: MIT
/* A stretch of time, cut into what sums are kept of: whole days of a zone, whole hours
   of UTC, and what is left of hours, which is counted from bookings.  Pure. */
#pragma once

#include "base/zone.h"

#define ASK_NO_END UINT64_MAX
#define ASK_HOUR_MS 3600000u

enum ask_source {
    ASK_DAYS,  /* `daily`; of sessions `session_day`, of UTC */
    ASK_HOURS, /* `total`, `session_hour` */
    ASK_ROWS,  /* `booking`: within one hour of UTC, not all of it */
};

/* From `from_ms` up to, but not with, `until_ms` (ASK_NO_END: without end).  All but
   ASK_DAYS lie within one day of the zone, if days were wanted. */
struct ask_span {
    enum ask_source source;
    uint64_t from_ms;
    uint64_t until_ms;
};

#define ASK_SPANS_MAX 7

/* In order, without gaps; how many there are.  `days` NULL: only hours. */
size_t ask_span_cut(uint64_t since_ms, uint64_t until_ms,
                    const struct zone *days,
                    struct ask_span spans[ASK_SPANS_MAX]);
