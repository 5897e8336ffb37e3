// SPDX-License-Identifier: MIT
/* What happens, told to all who listen: looked at and written once for all of them, on the
   main loop.

       IDLE -(somebody listens)-> LOOKING -(every worker has told)-> RESTING
        ^                            ^                                 | |
        |                            '-(half a second, or somebody new)' |
        '-------------------- nobody listens any more -------------------'

   IDLE costs nothing but the count of what is booked.  Main thread, but for live_came(),
   live_may_come() and live_went(). */
#pragma once

#include "account/accounts.h"
#include "admin/facts.h"
#include "admin/live_desk.h"
#include "base/zone.h"
#include "notify/attention.h"
#include "relay/running.h"
#include "team/keyring.h"
#include "team/sessions.h"
#include "usage/ledger.h"

#define LIVE_LISTENERS_MAX 64
#define LIVE_EVERY_MS 500

struct live;

/* All borrowed. */
struct live_options {
    struct loop *loop;
    struct running *running;
    struct attention *attention;
    struct accounts *accounts;
    struct keyring *ring;      /* NULL: there are no keys */
    struct sessions *sessions; /* NULL: nobody can sign in */
    struct ledger *ledger;     /* NULL: nothing is booked, as the next */
    struct records *records;
    const struct zone *zone;
    const struct admin_facts *facts;
    uint64_t every_ms; /* 0: LIVE_EVERY_MS */
};

struct live *live_new(const struct live_options *options);
/* Nobody is told any more, and nothing is looked at: before what was borrowed is freed,
   and while the loops are there. */
void live_stop(struct live *live);
/* Stopped, and all loops that have a desk are freed.  NULL is fine. */
void live_free(struct live *live);

/* A desk for listeners on that loop; stays until live_free(). */
struct live_desk *live_join(struct live *live, struct loop *loop);

/* May one more listen?  Then it was counted, and live_went() gives that back. */
bool live_may_come(struct live *live);
void live_went(struct live *live);
/* Somebody listens now, and waits for what there is.  Any thread. */
void live_came(struct live *live);
