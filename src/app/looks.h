// SPDX-License-Identifier: MIT
/* What lets others look at the running relay: requests that run, what needs somebody, what
   happens.  Main thread. */
#pragma once

#include "admin/live.h"
#include "app/place.h"
#include "notify/attention.h"
#include "relay/running.h"

struct looks {
    struct running *running;
    struct attention *attention;
    struct live *live;
};

/* All borrowed. */
struct looks_options {
    const struct place *place;
    struct notifier *notifier;
    struct sessions *sessions;
    const struct admin_facts *facts;
};

/* Before the workers are made. */
void looks_begin(struct looks *looks, const struct looks_options *options);
/* Nobody is told any more: once no worker runs. */
void looks_stop(struct looks *looks);
/* Once no loop is left. */
void looks_done(struct looks *looks);
