// SPDX-License-Identifier: MIT
/* Two clocks and a booking. */
#include "usage/ledger_trust.h"

#define MINUTE_MS 60000ull
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
/* Less is set right without a jump. */
#define JUMP_MS MINUTE_MS

void ledger_trust_begin(struct ledger_trust *trust, uint64_t newest_ms,
                        uint64_t wall_ms, uint64_t steady_ms)
{
    *trust = (struct ledger_trust){ .newest_ms = newest_ms,
                                    .began_ms = steady_ms,
                                    .since_ms = steady_ms,
                                    .wall_ms = wall_ms,
                                    .steady_ms = steady_ms };
}

static bool has_jumped(const struct ledger_trust *trust, uint64_t wall_ms,
                       uint64_t steady_ms)
{
    uint64_t expected_ms = trust->wall_ms + (steady_ms - trust->steady_ms);

    return wall_ms > expected_ms + JUMP_MS || wall_ms + JUMP_MS < expected_ms;
}

static bool agrees(const struct ledger_trust *trust, uint64_t wall_ms,
                   uint64_t steady_ms)
{
    uint64_t least_ms = trust->newest_ms + (steady_ms - trust->began_ms);

    return trust->newest_ms > 0 && wall_ms + JUMP_MS >= least_ms &&
           wall_ms <= least_ms + DAY_MS;
}

bool ledger_trust_look(struct ledger_trust *trust, uint64_t wall_ms,
                       uint64_t steady_ms)
{
    if (has_jumped(trust, wall_ms, steady_ms))
        trust->since_ms = steady_ms;
    trust->wall_ms = wall_ms;
    trust->steady_ms = steady_ms;
    return agrees(trust, wall_ms, steady_ms) ||
           steady_ms - trust->since_ms >= HOUR_MS;
}
