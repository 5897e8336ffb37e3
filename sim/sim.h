// SPDX-License-Identifier: MIT
/* The simulated upstream: everything its requests share.  One loop thread. */
#pragma once

#include "base/loop.h"
#include "http/server.h"
#include "sim/fields.h"
#include "sim/grants.h"

struct sim {
    struct loop *loop;
    struct server *server;
    struct bills *bills;
    struct faults *faults;
    struct grants grants;
    struct batches *batches;
    struct files *files;
    struct fields_cache fields;
    bool tls;
    uint64_t next_id;
    uint64_t streams_open;
    uint64_t connections_total;
    uint64_t connection_of_port[65536]; /* by the client's port */
    /* Working space, used up before a function returns to the loop. */
    struct buf event;
    struct buf coded;
    struct buf frame;
};

#define SIM_ID_MAX 40

struct sim_options {
    struct listener_options listen;
    struct tls *tls; /* NULL: plain; must outlive the sim */
    uint64_t idle_timeout_ms;
};

/* Listens at once.  NULL and err if it cannot. */
struct sim *sim_new(struct loop *loop, const struct sim_options *options,
                    struct err *err);
void sim_free(struct sim *sim);

uint16_t sim_port(const struct sim *sim);

/* A unique id that begins with `prefix`. */
void sim_make_id(struct sim *sim, const char *prefix, char out[SIM_ID_MAX]);
