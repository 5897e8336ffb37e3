// SPDX-License-Identifier: MIT
/* What was counted in the last 60 seconds, by slots of a second: never more than a
   limit in any 60 seconds, wherever they begin, so that a slot counts until it has
   passed wholly.  Pure; times are seconds of the steady clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MINUTE_SLOTS 61

struct minute {
    uint64_t last; /* the latest second that was seen */
    uint64_t sum;
    uint64_t at[MINUTE_SLOTS];
};

/* Counted within the last 60 seconds. */
uint64_t minute_sum(struct minute *minute, uint64_t second);
/* Returns the second in which it was counted: that of a clock which is a little ahead,
   perhaps. */
uint64_t minute_add(struct minute *minute, uint64_t second, uint64_t amount);
/* Something that was counted then was otherwise: changes nothing if that second has
   passed out of sight. */
void minute_correct(struct minute *minute, uint64_t second, uint64_t from,
                    uint64_t to);
/* The first second in which no more than `most` is counted, if nothing else comes. */
uint64_t minute_opens(struct minute *minute, uint64_t second, uint64_t most);
