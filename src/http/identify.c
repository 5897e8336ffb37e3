// SPDX-License-Identifier: MIT
/* Waiting until it is known who is at the other end. */
#include "http/identify.h"

#include "http/loopback.h"

/* In the request's arena. */
struct identify {
    struct request *req;
    struct peer_job *job;
    server_fn go;
    void *arg;
};

static void client_changed(void *arg)
{
    struct identify *identify = arg;

    if (!request_is_gone(identify->req))
        return;
    peer_job_free(identify->job);
    request_release(identify->req);
}

static void identified(void *arg)
{
    struct identify *identify = arg;

    peer_job_free(identify->job);
    request_watch(identify->req, NULL, NULL);
    identify->go(identify->arg, identify->req);
}

/* Too many wait already: this request is not this machine's; the next one may be. */
static void go_unidentified(const struct identify *identify)
{
    identify->req->process->verdict = PEER_BUSY;
    identify->go(identify->arg, identify->req);
}

static void forget_busy(struct peer_process *process)
{
    if (process && process->verdict == PEER_BUSY)
        process->verdict = PEER_UNASKED;
}

void identify_then(struct request *req, server_fn go, void *arg)
{
    struct identify *identify;

    forget_busy(req->process);
    if (loopback_is_decided(req)) {
        go(arg, req);
        return;
    }
    identify = arena_alloc(req->arena, sizeof(*identify));
    *identify = (struct identify){ .req = req, .go = go, .arg = arg };
    identify->job = peer_job_start(req->process, identified, identify);
    if (identify->job)
        request_watch(req, client_changed, identify);
    else
        go_unidentified(identify);
}
