// SPDX-License-Identifier: MIT
/* When things are due at a fixed rate.  Pure.

   Open loop: the n-th request is due at a time that was fixed before, however late
   the answers to others are.  Its latency counts from that time, not from when a
   connection was free to send it: otherwise a target that stalls would be asked
   less, and its stall be counted once instead of for everybody who had to wait
   (coordinated omission). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pace {
    uint64_t start_ns;
    uint64_t per_second; /* above 0 */
    uint64_t done;       /* how many were taken */
};

/* When the next one is due. */
uint64_t pace_next_ns(const struct pace *pace);

/* If the next one is due by now, count it as taken and say when it was due. */
bool pace_take(struct pace *pace, uint64_t now_ns, uint64_t *due_ns);
