// SPDX-License-Identifier: MIT
/* Building and tearing down what the requests share. */
#include "sim/sim.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/mem.h"
#include "sim/batches.h"
#include "sim/bills.h"
#include "sim/faults.h"
#include "sim/files.h"
#include "sim/visit.h"

#define CONNECTIONS_MAX 65536

static void handle(void *arg, struct request *req)
{
    visit_begin(arg, req);
}

static void free_parts(struct sim *sim)
{
    bills_free(sim->bills);
    faults_free(sim->faults);
    batches_free(sim->batches);
    files_free(sim->files);
    grants_done(&sim->grants);
    buf_done(&sim->event);
    buf_done(&sim->coded);
    buf_done(&sim->frame);
    mem_free(sim);
}

static struct sim *make_parts(struct loop *loop)
{
    struct sim *sim = MEM_NEW(struct sim);

    sim->loop = loop;
    sim->bills = bills_new();
    sim->faults = faults_new();
    sim->batches = batches_new();
    sim->files = files_new();
    grants_init(&sim->grants);
    buf_init(&sim->event, SIZE_MAX / 2);
    buf_init(&sim->coded, SIZE_MAX / 2);
    buf_init(&sim->frame, SIZE_MAX / 2);
    (void)!getrandom(&sim->next_id, sizeof(sim->next_id), 0);
    return sim;
}

struct sim *sim_new(struct loop *loop, const struct sim_options *options,
                    struct err *err)
{
    struct sim *sim = make_parts(loop);
    struct server_options server = {
        .listen = options->listen,
        .tls = options->tls,
        .seats = { .max = CONNECTIONS_MAX, .turned_away_max = 256 },
        .idle_timeout_ms = options->idle_timeout_ms,
    };

    sim->tls = options->tls != NULL;
    sim->server = server_new(loop, &server, handle, sim, err);
    if (sim->server)
        return sim;
    free_parts(sim);
    return NULL;
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    server_free(sim->server);
    free_parts(sim);
}

uint16_t sim_port(const struct sim *sim)
{
    return server_port(sim->server);
}

/* Unique, not secret: a mixed counter (splitmix64). */
void sim_make_id(struct sim *sim, const char *prefix, char out[SIM_ID_MAX])
{
    uint64_t z = sim->next_id += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    (void)snprintf(out, SIM_ID_MAX, "%s%016llx", prefix,
                   (unsigned long long)(z ^ (z >> 31)));
}
