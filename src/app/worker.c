// SPDX-License-Identifier: MIT
/* A worker thread. */
#include "app/worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "http/identify.h"
#include "http/problem.h"

struct worker {
    struct loop *loop;
    struct peer_asker *asker;
    struct server *server;
    struct relay *relay;
    struct admin *admin;
    pthread_t thread;
};

/* Our own endpoints first, then what is relayed, then 404. */
static void serve(void *arg, struct request *req)
{
    struct worker *worker = arg;
    struct err err;

    if (admin_handle(worker->admin, req) || relay_handle(worker->relay, req))
        return;
    err_set(&err, ERR_NOT_FOUND, "there is nothing here");
    problem_send(req, &err);
}

static void handle(void *arg, struct request *req)
{
    identify_then(req, serve, arg);
}

struct worker *worker_new(const struct worker_options *options, struct err *err)
{
    struct worker *worker = MEM_NEW(struct worker);
    struct server_options server = options->server;
    struct relay_options relay = options->relay;
    struct admin_options admin = options->admin;

    worker->loop = loop_new();
    worker->asker = peer_asker_new(options->peers, worker->loop);
    server.asker = worker->asker;
    worker->server = server_new(worker->loop, &server, handle, worker, err);
    if (!worker->server) {
        worker_free(worker);
        return NULL;
    }
    relay.loop = worker->loop;
    worker->relay = relay_new(&relay);
    admin.loop = worker->loop;
    worker->admin = admin_new(&admin);
    return worker;
}

static void *run(void *arg)
{
    struct worker *worker = arg;

    /* As `top -H` shows it, and script/bench tells it from the others. */
    (void)pthread_setname_np(pthread_self(), "worker");
    loop_run(worker->loop);
    return NULL;
}

void worker_start(struct worker *worker)
{
    if (pthread_create(&worker->thread, NULL, run, worker) != 0)
        abort();
}

static void close_server(void *arg)
{
    struct worker *worker = arg;

    server_free(worker->server);
    worker->server = NULL;
    loop_stop(worker->loop);
}

void worker_stop(struct worker *worker)
{
    loop_post(worker->loop, close_server, worker);
    (void)pthread_join(worker->thread, NULL);
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    server_free(worker->server);
    relay_free(worker->relay);
    admin_free(worker->admin);
    peer_asker_free(worker->asker);
    loop_free(worker->loop);
    mem_free(worker);
}

uint16_t worker_port(const struct worker *worker)
{
    return server_port(worker->server);
}

size_t worker_hosts(const struct worker *worker, const char *hosts[DOORS_MAX])
{
    return server_hosts(worker->server, hosts);
}

size_t worker_in_flight(const struct worker *worker)
{
    return relay_in_flight(worker->relay);
}

const struct tally_share *worker_share(const struct worker *worker)
{
    return relay_share(worker->relay);
}
