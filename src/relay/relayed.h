// SPDX-License-Identifier: MIT
/* A relayed request in hand: what relay.c (its steps), those whom it asks, and service.c
   (the entry) share.  Not for other folders. */
#pragma once

#include <stdatomic.h>

#include "account/gateway.h"
#include "base/flow.h"
#include "base/unpack.h"
#include "http/response.h"
#include "relay/attempt.h"
#include "relay/endpoints.h"
#include "relay/relay.h"
#include "relay/trail.h"
#include "usage/meter.h"
#include "usage/price_board.h"
#include "usage/scan_ahead.h"
#include "usage/tally_share.h"

struct relay {
    struct relay_options options;
    struct upstream *upstream;
    struct origin *origin;   /* of the API */
    struct destination home; /* where accounts without a gateway go */
    struct arena *arena;
    atomic_size_t in_flight;    /* relayed requests that have not settled */
    struct price_board *prices; /* the options', or its own */
    struct price_board *own_prices;
    struct unpack_room unpacking; /* of answers that are metered */
    struct running_seat *seat;    /* for those who look; NULL: nobody does */
    struct list *running;         /* its requests (relay/running.h) */
    struct list unseen;           /* the same if nobody looks */
    struct tally_share share;     /* what it counts */
};

struct owner;
struct ration;
struct results;
struct spare;

/* How a request's body goes upstream.

       KEPT -> LENGTH | CHUNKED      what turns out to be too much to be kept */
enum relayed_body {
    RELAYED_BODY_NONE,
    RELAYED_BODY_KEPT,    /* whole, so that it can be sent again */
    RELAYED_BODY_LENGTH,  /* as it comes, as much as it says */
    RELAYED_BODY_CHUNKED, /* as it comes, however much */
};

/* What an answer with a 429 or 529 says. */
struct relayed_limit {
    uint64_t retry_after_s; /* 0: nothing */
    struct str reset;       /* when it is open again, as told; or empty */
};

/* For the record, of what is gone by then; in the request's arena, or empty. */
struct relayed_told {
    struct str model;   /* that the body asks for */
    struct str session; /* that the body names */
    struct str upstream_id;
    const struct relayed_limit *limit; /* NULL: another status */
    bool stream;                       /* the body asks for one */
};

/* What each event of a stream needs stands in front: of thousands of streams that
   sleep nothing is in a cache. */
struct relayed {
    struct flow flow;
    struct request *req;
    struct attempt attempt;
    struct meter *meter;   /* reads a copy of the answer; or NULL */
    struct ration *ration; /* of its key's limits; or NULL (relay/admit.h) */
    struct prices *prices; /* as they were when it came */
    enum record_end end;   /* RUNNING until settle */
    enum relayed_body body_is;
    bool unframed; /* chunk framing is undone for an HTTP/1.0 client */
    bool upload_ended;
    bool is_stream; /* its answer: it is counted as one that runs */
    bool packed;    /* the body is compressed: nobody looks at it */
    bool queued;    /* it waited for a slot */

    struct trail trail;
    struct list link; /* among those that run (relay/running.h) */
    struct relay *relay;
    const struct endpoint *endpoint;
    struct str path;          /* upstream's view */
    struct caller caller;     /* from identify on */
    struct key_group *group;  /* of its key, as long as the ration; or NULL */
    struct scan_facts *facts; /* what the body asks for, until it is answered;
                                 NULL: unknown */
    struct keeper_wait *wait; /* for a better token */
    struct proxy *proxy;      /* the request's own */
    struct gather *gather;    /* while an answer is read whole */
    struct buf head;          /* upstream request head; holds the credential */
    struct scan_ahead *ahead; /* at a body that comes in parts; or NULL */
    uint64_t
        ready_ns;    /* when its body, as far as it is kept, was there; or 0 */
    uint64_t passed; /* bytes of a streamed body */
    struct loop_timer
        *patience; /* while a body that may be streamed is kept, and
                                    while it is awaited what an error says */
    uint64_t patient_until_ms;
    struct buf cut;  /* the body without proxy_config, if it had one */
    struct str body; /* the client's, without that */
    struct buf
        renamed; /* the same with the model's name of the account, if it has
                           another one */
    enum response_framing framing;
    unsigned status;
    struct err *err; /* why it was refused, or its answer cut; or NULL */
    struct relayed_told told;
    struct results *results; /* of a batch, which are booked; or NULL */
    struct owner *learner;   /* reads ids out of the answer; or NULL */
    uint64_t owner;          /* of what the body names (relay/owner.h); or 0 */
    unsigned files_taught;   /* by its answers (relay/owner.h) */
    struct spare *spare;     /* an answer that it may yet get; or NULL */
    struct spare
        *refused; /* a 401, while a better token is asked for; or NULL */
};

/* Is its body passed on as it comes? */
static inline bool relayed_is_streamed(const struct relayed *r)
{
    return r->body_is >= RELAYED_BODY_LENGTH;
}

/* Does it take a place of its account's `concurrency`?  What the model answers does;
   counting tokens, lists, files and batches are no load of that kind. */
static inline bool relayed_takes_place(const struct relayed *r)
{
    return r->endpoint->metered;
}

/* Begin the flow; it frees itself when the request has ended. */
void relayed_start(struct relay *relay, struct request *req,
                   const struct endpoint *endpoint, struct str path);

/* The one log line of a request, at its end. */
void relayed_log(const struct record *record);
