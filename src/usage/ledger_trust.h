// SPDX-License-Identifier: MIT
/* May the wall clock be believed, so that what it calls too old is removed?  A machine may
   start with any time, until somebody sets it.  It may

   - at once, if it agrees with the newest booking that was there at the start, from
     which a steady clock has counted since: it is no more than a day ahead;
   - otherwise when it has gone as a steady clock does for an hour; each time that it
     jumps the hour begins again.

   Pure: the clocks are its caller's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ledger_trust {
    uint64_t newest_ms; /* wall; 0: there was none */
    uint64_t began_ms;  /* steady */
    uint64_t since_ms;  /* steady: it has not jumped since */
    uint64_t wall_ms;   /* as they were at the last look */
    uint64_t steady_ms;
};

void ledger_trust_begin(struct ledger_trust *trust, uint64_t newest_ms,
                        uint64_t wall_ms, uint64_t steady_ms);
/* Ask now and then, each time that something is to be removed. */
bool ledger_trust_look(struct ledger_trust *trust, uint64_t wall_ms,
                       uint64_t steady_ms);
