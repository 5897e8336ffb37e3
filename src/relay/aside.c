// SPDX-License-Identifier: MIT
/* Answers beside the relay: a flow of one step. */
#include "relay/aside.h"

#include "base/flow.h"
#include "base/mem.h"
#include "http/problem.h"
#include "http/response.h"

struct aside {
    struct flow flow;
    struct request *req;
    struct str body;
};

static struct aside *aside_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct aside, flow);
}

static struct flow_next answer(struct flow *flow)
{
    struct aside *aside = aside_of(flow);
    struct request *req = aside->req;
    enum request_body state = request_body_state(req);

    if (!request_is_gone(req) && state == REQUEST_BODY_READING)
        return flow_sleep_then(answer);
    request_watch(req, NULL, NULL);
    if (request_is_gone(req))
        request_release(req);
    else if (state == REQUEST_BODY_FAILED)
        problem_send(req, request_body_error(req));
    else
        response_send(req, 200, STR("application/json"), STR_EMPTY,
                      aside->body);
    return flow_finish();
}

static void done(struct flow *flow)
{
    mem_free(aside_of(flow));
}

static void wake(void *arg)
{
    flow_wake(arg);
}

void aside_answer(struct request *req, uint64_t max, struct str body)
{
    struct aside *aside = MEM_NEW(struct aside);

    aside->req = req;
    aside->body = body;
    flow_init(&aside->flow, answer, done);
    request_watch(req, wake, &aside->flow);
    request_receive(req, max, 0);
    flow_wake(&aside->flow);
}
