// SPDX-License-Identifier: MIT
/* A ring of seconds. */
#include "team/minute.h"

#include <assert.h>
#include <string.h>

/* Threads read their clocks once a turn: one may be a little behind another. */
static void advance(struct minute *minute, uint64_t second)
{
    if (second > minute->last && second - minute->last >= MINUTE_SLOTS) {
        memset(minute->at, 0, sizeof(minute->at));
        minute->sum = 0;
        minute->last = second;
    }
    while (minute->last < second) {
        uint64_t *slot = &minute->at[++minute->last % MINUTE_SLOTS];

        assert(minute->sum >= *slot);
        minute->sum -= *slot;
        *slot = 0;
    }
}

uint64_t minute_sum(struct minute *minute, uint64_t second)
{
    advance(minute, second);
    return minute->sum;
}

uint64_t minute_add(struct minute *minute, uint64_t second, uint64_t amount)
{
    advance(minute, second);
    minute->at[minute->last % MINUTE_SLOTS] += amount;
    minute->sum += amount;
    return minute->last;
}

void minute_correct(struct minute *minute, uint64_t second, uint64_t from,
                    uint64_t to)
{
    uint64_t *slot = &minute->at[second % MINUTE_SLOTS];

    if (second > minute->last || minute->last - second >= MINUTE_SLOTS)
        return;
    assert(*slot >= from && minute->sum >= from);
    *slot = *slot - from + to;
    minute->sum = minute->sum - from + to;
}

uint64_t minute_opens(struct minute *minute, uint64_t second, uint64_t most)
{
    uint64_t sum = minute_sum(minute, second);

    for (uint64_t i = 1; i <= MINUTE_SLOTS && sum > most; i++) {
        sum -= minute->at[(minute->last + i) % MINUTE_SLOTS];
        second = minute->last + i;
    }
    return second;
}
