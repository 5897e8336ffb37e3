// SPDX-License-Identifier: MIT
/* The load: clients, when each of them starts, and for how long.

   WARM -> MEASURE -> DRAIN -> OVER

   WARM opens the connections and starts the traffic; only what happens in MEASURE
   is counted; in DRAIN nothing is started, and what is under way may end.  With
   `once`, WARM lasts until all are open and no answer is waited for (at most
   LOAD_EXTRA_MS longer).  Each change is told on standard error as "phase NAME",
   for whoever looks at the target from outside. */
#pragma once

#include "bench/client.h"
#include "bench/pace.h"

#define LOAD_EXTRA_MS 60000

enum load_phase { LOAD_WARM, LOAD_MEASURE, LOAD_DRAIN, LOAD_OVER };

struct load {
    const struct options *options;
    struct clients clients;
    struct client *each;
    struct client **idle; /* a stack of those that may start */
    size_t idle_count;
    enum load_phase phase;
    uint64_t phase_end_ns;
    struct pace opening;    /* of connections */
    struct pace requests;   /* open loop only */
    uint64_t next_turn_ns;  /* of slow readers */
    uint64_t open_at_start; /* exchanges under way when MEASURE began */
    uint64_t open_at_end;
    double cpu_share; /* of one CPU that we took during MEASURE */
};

/* Run it to its end.  The percentiles' samples are in `tally`, unsorted. */
bool load_run(struct load *load, const struct options *options,
              const struct target *target, struct tally *tally,
              struct err *err) MUST_CHECK;
