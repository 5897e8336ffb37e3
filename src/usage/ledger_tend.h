// SPDX-License-Identifier: MIT
/* What keeps the ledger in order beside the bookings: the days of its time zone at the
   start, later the removal of what is too old, in small transactions between those of
   the bookings, and only by a clock that may be believed (usage/ledger_trust.h).

       STARTING -> WAITING -(an hour)-> REMOVING -> WAITING, or after 50 ms REMOVING
                      ^           |                 again while there is more
                      '-----------' the clock may be wrong

   On the loop it was given. */
#pragma once

#include "base/loop.h"
#include "base/zone.h"
#include "store/records.h"

struct ledger_tend;

struct ledger_tend_options {
    struct loop *loop;
    struct records *records;
    const struct zone *zone;
    uint64_t retention_ms; /* how long bookings are kept; 0: for ever */
    uint64_t first_ms;     /* after the start; 0: some seconds */
};

/* All of it stays as long as this does. */
struct ledger_tend *ledger_tend_new(const struct ledger_tend_options *options);
/* Before the records are stopped; what was begun is carried through.  NULL is fine. */
void ledger_tend_free(struct ledger_tend *tend);
