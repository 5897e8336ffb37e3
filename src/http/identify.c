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

/* On the way of every request: in most cases one comparison. */
static bool must_wait(struct request *req)
{
    struct peer_process *process = req->process;

    if (!process || !peer_process_takes_time(process))
        return false;
    return loopback_field_refusal(req) == NULL &&
           peer_process_look(process) == PEER_UNASKED;
}

void identify_then(struct request *req, server_fn go, void *arg)
{
    struct identify *identify;

    if (!must_wait(req)) {
        go(arg, req);
        return;
    }
    identify = arena_alloc(req->arena, sizeof(*identify));
    *identify = (struct identify){ .req = req, .go = go, .arg = arg };
    identify->job = peer_job_start(req->process, identified, identify);
    if (identify->job)
        request_watch(req, client_changed, identify);
    else
        go(arg, req);
}
