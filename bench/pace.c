// SPDX-License-Identifier: MIT
/* When things are due at a fixed rate. */
#include "bench/pace.h"

#define SECOND_NS 1000000000u

uint64_t pace_next_ns(const struct pace *pace)
{
    /* From the count, not by adding intervals: rounding must not add up. */
    uint64_t seconds = pace->done / pace->per_second;
    uint64_t rest = pace->done % pace->per_second;

    return pace->start_ns + seconds * SECOND_NS +
           rest * SECOND_NS / pace->per_second;
}

bool pace_take(struct pace *pace, uint64_t now_ns, uint64_t *due_ns)
{
    uint64_t due = pace_next_ns(pace);

    if (due > now_ns)
        return false;
    pace->done++;
    *due_ns = due;
    return true;
}
