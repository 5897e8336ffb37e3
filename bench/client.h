// SPDX-License-Identifier: MIT
/* One connection and the exchange on it.  Keeps the connection for the next one.

   IDLE -> BUSY -> IDLE        (connected or not: wire.fd) */
#pragma once

#include "bench/answer.h"
#include "bench/events.h"
#include "bench/tally.h"
#include "bench/target.h"
#include "bench/wire.h"

struct client;

/* What all clients share.  `ended` is told when an exchange ends, in whatever way;
   it must not start the next one from inside. */
struct clients {
    int epoll;
    const struct options *options;
    const struct target *target;
    struct tally *tally;
    char *buffer; /* for reading */
    size_t buffer_size;
    uint64_t started; /* exchanges so far */
    uint64_t busy;
    uint64_t waiting; /* busy ones of whose answer nothing has come */
    void (*ended)(void *arg, struct client *client);
    void *arg;
};

enum client_state { CLIENT_IDLE, CLIENT_BUSY };

struct client {
    struct clients *all;
    struct str request; /* what it sends; the target's */
    enum client_state state;
    struct wire wire;
    uint32_t interest; /* what epoll is told */
    uint64_t intended_ns;
    size_t sent;
    size_t allowance; /* bytes that a slow reader may still read this turn */
    bool leaves;
    struct answer answer;
    struct events events;
    struct buf body; /* of an answer that is no stream */
};

/* `number`: among all of them. */
void client_init(struct client *client, struct clients *all, size_t number);
void client_done(struct client *client);

/* Send the request; it was meant to start then.  An IDLE client only. */
void client_start(struct client *client, uint64_t intended_ns);
/* The descriptor is ready. */
void client_step(struct client *client);
/* A slow reader may read so many bytes now. */
void client_allow(struct client *client, size_t bytes);
