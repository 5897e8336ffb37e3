// SPDX-License-Identifier: MIT
/* A worker: one thread with its loop, its listener and its upstream connections.
   Made and freed on the main thread, while the worker's thread does not run. */
#pragma once

#include "admin/routes.h"
#include "http/server.h"
#include "relay/relay.h"

struct worker;

/* What all workers share; `loop` in the two, and `asker` of the server, are the
   worker's own. */
struct worker_options {
    struct peers *peers; /* outlives the workers */
    struct server_options server;
    struct relay_options relay;
    struct admin_options admin;
};

/* Listens at once; requests are served from worker_start() on. */
struct worker *worker_new(const struct worker_options *options,
                          struct err *err);
void worker_start(struct worker *worker);
/* Closes its connections, ends its thread and waits for it. */
void worker_stop(struct worker *worker);
/* Stopped, or never started.  NULL is fine. */
void worker_free(struct worker *worker);

/* As server_hosts(). */
size_t worker_hosts(const struct worker *worker, const char *hosts[DOORS_MAX]);
/* What its relay counts; as long as the worker.  Any thread. */
const struct tally_share *worker_share(const struct worker *worker);
/* Requests that it is relaying.  Any thread. */
size_t worker_in_flight(const struct worker *worker);
uint16_t worker_port(const struct worker *worker);
