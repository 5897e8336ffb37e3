// SPDX-License-Identifier: MIT
/* Whether a connection is dead. */
#include "upstream/silence.h"

/* So many in a row do not get lost on a path that lives. */
#define UNANSWERED_MIN 3
/* An answer to the last repetition would be here by then. */
#define ROUND_TRIP_MS 1000

static bool is_unanswered(const struct stream_acks *acks)
{
    if (acks->in_flight == 0)
        return acks->probes >= UNANSWERED_MIN;
    return acks->repeats >= UNANSWERED_MIN &&
           acks->silent_ms >= acks->repeat_ms + ROUND_TRIP_MS;
}

enum silence silence_judge(const struct stream_acks *acks, uint64_t limit_ms)
{
    if (acks->outstanding == 0)
        return SILENCE_NONE;
    return acks->silent_ms >= limit_ms && is_unanswered(acks) ? SILENCE_DEAD
                                                              : SILENCE_GOES_ON;
}

uint64_t silence_next_ms(const struct stream_acks *acks, uint64_t limit_ms)
{
    return acks->silent_ms < limit_ms ? limit_ms - acks->silent_ms
                                      : limit_ms / 8 + 1;
}

uint64_t silence_acknowledged(const struct stream_acks *acks, uint64_t sent)
{
    return sent > acks->outstanding ? sent - acks->outstanding : 0;
}
