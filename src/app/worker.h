// SPDX-License-Identifier: MIT
/* A worker: one thread with its loop, its listener and its upstream connections.
   Made and freed on the main thread, while the worker's thread does not run. */
#pragma once

#include "http/server.h"
#include "relay/relay.h"

struct worker;

/* Listens at once; requests are served from worker_start() on. */
struct worker *worker_new(const struct server_options *server,
                          const struct relay_options *relay, struct err *err);
void worker_start(struct worker *worker);
/* Closes its connections, ends its thread and waits for it. */
void worker_stop(struct worker *worker);
/* Stopped, or never started.  NULL is fine. */
void worker_free(struct worker *worker);

uint16_t worker_port(const struct worker *worker);
