// SPDX-License-Identifier: MIT
/* Where the load goes, and the request that is sent there again and again: for each
   session its own. */
#pragma once

#include "base/arena.h"
#include "bench/events.h"
#include "bench/options.h"
#include "bench/wire.h"

struct target {
    struct wire_target wire;
    struct str *requests; /* head and body, for each session */
    size_t request_count;
    struct events_plan plan; /* what the answer must be */
};

/* Everything lives in `arena`, but for the TLS context: target_done(). */
bool target_init(struct target *target, const struct options *options,
                 struct arena *arena, struct err *err) MUST_CHECK;
void target_done(struct target *target);
