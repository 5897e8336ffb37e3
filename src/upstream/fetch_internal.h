// SPDX-License-Identifier: MIT
/* What fetch.c (the exchange) and fetch_odd.c (answers that are not as they should be)
   share.  Not for other folders. */
#pragma once

#include "upstream/fetch.h"

struct fetch {
    struct call *call;
    struct loop *loop;
    struct loop_timer *deadline;
    void (*wake)(void *arg);
    void *arg;
    struct origin *origin; /* a reference */
    uint64_t answer_ms;
    fetch_look_fn *look;
    fetch_doubt_fn *doubt;
    enum fetch_state state;
    struct call_facts facts; /* of a call that is gone */
    unsigned status;         /* likewise */
    bool sending;            /* the deadline runs */
    bool hastened;  /* the deadline is that of a rest that does not matter */
    bool lingering; /* head or framing are in doubt: what comes is raw */
    bool whole;     /* the answer was complete by its framing */
    bool too_large; /* more body came than is kept */
    size_t body_max;
    size_t looked; /* so much had come at the last look */
    struct buf head;
    struct buf body;
    struct buf answer;
    struct buf raw; /* with `look`: all that came */
    struct err err;
};

/* `body` without compression, in `plain` if there was any.  What only pretends to be
   packed stays as it is.  Notes what is too large. */
struct str fetch_unpack(struct fetch *fetch, struct str body,
                        struct buf *plain);
enum fetch_worth fetch_worth_of(struct fetch *fetch, struct str body);
/* The most that can be made of what came, by its framing or not: it becomes the
   answer. */
enum fetch_worth fetch_salvage(struct fetch *fetch);
/* Of a body that is complete by its framing. */
bool fetch_is_doubtful(struct fetch *fetch);
