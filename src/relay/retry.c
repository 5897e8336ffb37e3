// SPDX-License-Identifier: MIT
/* Whether a failed outgoing call is made again. */
#include "relay/retry.h"

/* An idle close crosses our request within a round trip; far ones take 300 ms. */
#define IDLE_CLOSE_MS 1000

bool retry_on_fresh(const struct retry_facts *facts)
{
    if (!facts->reused || !facts->replayable || facts->answered ||
        facts->attempts > 1)
        return false;
    if (facts->timed_out)
        return facts->unheard;
    return !facts->sent || facts->since_sent_ms <= IDLE_CLOSE_MS;
}
