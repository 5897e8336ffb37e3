// SPDX-License-Identifier: MIT
/* The relay: one client request becomes one upstream call.  One per loop.

   The steps, in order (a client that leaves diverts to settle from anywhere):

       identify -> receive -> scan -> admit -> choose -> authorise -> send -> judge
                                                             ^          ^      | |
                                                a first 401, |          '------| |
                                                once         '-----------------' v
                                                       settle <---- copy <---- gather

   From judge back to send: a stale connection, once.  Gather: the list of models
   under /api, read whole and widened; every other answer goes on to copy.

   Whatever fails before the first byte went to the client is answered in
   Anthropic's error shape; afterwards the answer is cut, as the upstream cut it. */
#pragma once

#include <stdatomic.h>

#include "account/keeper.h"
#include "config/config.h"
#include "http/request.h"
#include "team/caller.h"
#include "upstream/origin.h"

struct keys;
struct ledger;
struct price_board;
struct running;
struct tally_share;
struct unpriced;

struct relay_options {
    struct loop *loop;
    const struct config *config; /* outlives the relay, as those below */
    const struct caller_sources *callers;
    struct keys *keys; /* NULL: there are none */
    struct accounts *accounts;
    struct keeper *keeper;
    struct tls *tls;            /* for an https upstream; else not used */
    const struct proxy *proxy;  /* the global one, or NULL */
    struct ledger *ledger;      /* books what reached an account; or NULL */
    struct price_board *prices; /* one for all relays; NULL: one of its own */
    struct unpriced *unpriced;  /* one for all relays, or NULL */
    struct running *running;    /* one for all relays, or NULL */
    struct outgoing *outgoing;  /* where its connections are known, or NULL */
    const atomic_bool *ending;  /* nothing is sent any more: 503; or NULL */
    int fd_max;                 /* see upstream_keep_back() */
};

struct relay;

struct relay *relay_new(const struct relay_options *options);
/* Every request must have ended: free the server first. */
void relay_free(struct relay *relay);

/* How many requests it has in hand.  Any thread. */
size_t relay_in_flight(const struct relay *relay);
/* What it counts; as long as the relay.  Likewise. */
const struct tally_share *relay_share(const struct relay *relay);

/* Takes the request if its path is a relay endpoint, or a probe of one; false
   leaves it untouched. */
bool relay_handle(struct relay *relay, struct request *req);
