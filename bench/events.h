// SPDX-License-Identifier: MIT
/* Is this stream of events the one that was asked for?  Every line must be there, in
   order, and every byte right, but for the message's id and for when a delta was
   sent: how late it is.  Pure.

   message_start, content_block_start, ping, content_block_delta (all of them),
   content_block_stop, message_delta, message_stop. */
#pragma once

#include "base/buf.h"
#include "bench/form.h"
#include "bench/tally.h"

struct events_plan {
    uint64_t deltas;    /* how many */
    size_t delta_bytes; /* text of each, stamp and number included */
    struct forms forms; /* with what the upstream must have counted */
};

struct events_step;

enum events_line { EVENTS_NAME, EVENTS_DATA, EVENTS_BLANK };

struct events {
    const struct events_plan *plan;
    uint64_t deltas; /* received */
    uint64_t count;  /* events of any type */
    unsigned stage;  /* how far it has come */
    enum events_line awaited;
    const struct events_step *step; /* the event that the line before named */
    bool wrong;
    struct buf line; /* one that is not complete */
};

void events_init(struct events *events);
void events_done(struct events *events);
/* Begin a new stream.  `plan` must live as long as it. */
void events_begin(struct events *events, const struct events_plan *plan);

/* Bytes of the body that came at `now_ns` (CLOCK_MONOTONIC).  The delay of each
   delta that was sent while the measurement ran goes into `tally`, whenever it
   comes: what a target holds up until the end is not left out. */
void events_read(struct events *events, struct str bytes, uint64_t now_ns,
                 struct tally *tally);

/* All there and all right. */
bool events_complete(const struct events *events);
