// SPDX-License-Identifier: MIT
/* The windows that budgets count over, with what was used in each: sums of quarter
   hours, kept so that a request need not add them up.  Pure; times are ms of the wall
   clock, which may be put back. */
#pragma once

#include "base/zone.h"
#include "team/limits.h"
#include "team/quarters.h"

enum {
    WINDOW_5H, /* rolling: the present quarter hour and the 20 before it */
    WINDOW_DAY,
    WINDOW_WEEK,
    WINDOW_MONTH,
    WINDOWS,
};

/* No calendar month is longer, and a quarter hour more. */
#define WINDOWS_KEEP_S (32 * 86400)

struct windows {
    const struct zone *zone;
    struct window {
        struct zone_window time; /* the sum holds for it */
        struct use use;
    } at[WINDOWS];
};

/* The windows which that moment is in, and their sums. */
void windows_turn(struct windows *windows, const struct quarters *quarters,
                  const struct zone *zone, uint64_t now_ms);
/* Something was added to the quarter hour from `start_s` on. */
void windows_add(struct windows *windows, uint64_t start_s,
                 const struct use *use);
/* When no more than `most` of the cost is left in the rolling window, if nothing
   else comes. */
uint64_t windows_rolling_opens(const struct quarters *quarters, uint64_t most,
                               uint64_t now_ms);
