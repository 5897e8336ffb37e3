// SPDX-License-Identifier: MIT
/* What is counted. */
#include "bench/tally.h"

#include <stdio.h>

bool tally_is_within(const struct tally *tally, uint64_t intended_ns)
{
    return tally->start_ns > 0 && intended_ns >= tally->start_ns &&
           (tally->running || intended_ns < tally->end_ns);
}

void tally_break(struct tally *tally, const char *why, unsigned status)
{
    if (tally->broken++ == 0)
        (void)snprintf(tally->fault, sizeof(tally->fault), "%s (status %u)",
                       why, status);
}

void tally_done(struct tally *tally)
{
    samples_done(&tally->latency_ns);
    samples_done(&tally->first_ns);
    samples_done(&tally->delay_ns);
}
