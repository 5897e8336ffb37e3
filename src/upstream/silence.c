// SPDX-License-Identifier: MIT
/* Whether a connection is dead. */
#include "upstream/silence.h"

enum silence silence_judge(const struct stream_acks *acks, uint64_t limit_ms)
{
    if (acks->outstanding == 0)
        return SILENCE_NONE;
    return acks->silent_ms >= limit_ms ? SILENCE_DEAD : SILENCE_GOES_ON;
}

uint64_t silence_acknowledged(const struct stream_acks *acks, uint64_t sent)
{
    return sent > acks->outstanding ? sent - acks->outstanding : 0;
}
