// SPDX-License-Identifier: MIT
/* Is this stream of events the one that was asked for?  Every delta must be there,
   in order, as long as it should be; how late it is stands in it.  Pure. */
#pragma once

#include "base/buf.h"
#include "bench/samples.h"

struct events_plan {
    uint64_t deltas;       /* how many */
    size_t delta_bytes;    /* text of each, stamp and number included */
    uint64_t input_tokens; /* what the upstream must have counted */
};

struct events {
    const struct events_plan *plan;
    uint64_t deltas; /* received */
    uint64_t count;  /* events of any type */
    bool started;
    bool stopped;
    bool wrong;
    struct buf line; /* one that is not complete */
};

void events_init(struct events *events);
void events_done(struct events *events);
/* Begin a new stream.  `plan` must live as long as it. */
void events_begin(struct events *events, const struct events_plan *plan);

/* Bytes of the body that came at `now_ns` (CLOCK_MONOTONIC).  The delay of each
   delta goes into `delays_ns`, unless that is NULL. */
void events_read(struct events *events, struct str bytes, uint64_t now_ns,
                 struct samples *delays_ns);

/* All there and all right. */
bool events_complete(const struct events *events);

/* Does a text of the API say that the upstream counted this many? */
bool events_counted(struct str text, uint64_t input_tokens);
