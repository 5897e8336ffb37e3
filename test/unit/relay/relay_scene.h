// SPDX-License-Identifier: MIT
/* A relay between a client and an upstream, both played by the test over real
   sockets, and a keeper that does what the test says.  Instead of a line in the log the
   record of a request is kept.  All on one loop. */
#pragma once

#include "http/server.h"
#include "relay/relay.h"
#include "relay/running.h"
#include "unit.h"
#include "usage/record.h"
#include "wire.h"

#define RELAY_PEERS_MAX 4

struct relay_scene {
    struct loop *loop;
    struct server *server;
    struct relay *relay;
    struct running *running; /* its requests */
    struct accounts *accounts;
    struct config config;
    struct caller_sources callers;
    const char *stranger; /* why clients are not this machine; NULL: they are */
    struct wire client;
    int listening; /* the upstream */
    uint16_t port;
    struct wire peers[RELAY_PEERS_MAX]; /* its connections, in their order */
    size_t peer_count;
    bool taken; /* the relay took the last request */

    /* The record of the last request that ended, how many have, and what keeps its
       texts. */
    struct record record;
    struct meter_usage usage;
    unsigned records;
    unsigned bookings; /* records that the ledger was given */
    struct arena *texts;
    atomic_bool ending; /* the relay does */

    /* The keeper: what it was asked last, and how often. */
    unsigned questions;
    enum keeper_op asked;
    char stale[64]; /* the token that was no good */
    struct keeper_wait *wait;
};

/* With the account "main": OAuth, its token is old-access. */
int relay_scene_open(void **state);
int relay_scene_close(void **state);

/* Put an account, or another snapshot of it. */
void relay_scene_put(struct relay_scene *scene, const char *token,
                     bool expired);
/* The keeper answers: it has the token (NULL: it failed). */
void relay_scene_keeper(struct relay_scene *scene, const char *token);
/* It has none: its grant is refused for good. */
void relay_scene_keeper_refuses(struct relay_scene *scene);

/* The client sends; the upstream gets another connection. */
void relay_scene_send(struct relay_scene *scene, const char *bytes);
struct wire *relay_scene_accept(struct relay_scene *scene);
/* Both, and until the upstream has got `last`. */
struct wire *relay_scene_ask(struct relay_scene *scene, const char *bytes,
                             const char *last);

/* Turn until so many requests have ended. */
void relay_scene_until_ended(struct relay_scene *scene, unsigned records);

/* Turn until the keeper has been asked so often. */
void relay_scene_until_asked(struct relay_scene *scene, unsigned questions);
