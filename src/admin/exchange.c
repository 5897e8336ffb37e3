// SPDX-License-Identifier: MIT
/* One request to /oauth, in hand. */
#include "admin/exchange.h"

#include "admin/reply.h"
#include "base/mem.h"

/* Enough for everything that is meant; a little more is read to be refused. */
#define BODY_MAX (2u * 1024 * 1024)

static struct flow_next leave(struct flow *flow);

void exchange_wake(void *arg)
{
    struct exchange *x = arg;

    if (x->req && request_is_gone(x->req))
        flow_divert(&x->flow, leave);
    flow_wake(&x->flow);
}

/* The request is the server's again. */
static struct flow_next let_go(struct exchange *x)
{
    x->req = NULL;
    return flow_finish();
}

static struct flow_next leave(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    request_release(x->req);
    return let_go(x);
}

struct flow_next exchange_reply(struct exchange *x, struct json_doc *doc)
{
    request_watch(x->req, NULL, NULL);
    reply_doc(x->req, 200, doc);
    json_doc_free(doc);
    return let_go(x);
}

struct flow_next exchange_refuse(struct exchange *x)
{
    request_watch(x->req, NULL, NULL);
    reply_error(x->req, &x->err);
    return let_go(x);
}

void exchange_ask(struct exchange *x, enum keeper_op op, struct str name,
                  const struct json_doc *change)
{
    x->wait = keeper_ask(x->admin->options.keeper, x->admin->options.loop,
                         &(struct keeper_question){ .op = op,
                                                    .name = name,
                                                    .by_hand = true,
                                                    .change = change },
                         exchange_wake, x);
}

/* ---- the body ----------------------------------------------------------- */

static bool take_body(struct exchange *x)
{
    struct str text = str_trim(request_body(x->req));

    if (text.len == 0) {
        x->body = json_doc_new_object();
        return true;
    }
    x->body = json_doc_parse(text, &x->err);
    if (x->body && !json_doc_is_object(x->body))
        err_set(&x->err, ERR_BAD_REQUEST, "the body is not a JSON object");
    else if (!x->body)
        err_wrap(&x->err, "the body");
    x->err.code = ERR_BAD_REQUEST;
    return x->body && json_doc_is_object(x->body);
}

static struct flow_next receive(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    switch (request_body_state(x->req)) {
    case REQUEST_BODY_COMPLETE:
        return take_body(x) ? flow_go(x->route->first) : exchange_refuse(x);
    case REQUEST_BODY_FAILED:
        x->err = *request_body_error(x->req);
        return exchange_refuse(x);
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        break;
    }
    return flow_sleep_then(receive);
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    keeper_wait_free(x->wait);
    store_job_free(x->job);
    probe_free(x->probe);
    json_doc_free(x->pending);
    json_doc_free(x->body);
    mem_free(x);
}

void exchange_start(struct admin *admin, struct request *req,
                    const struct route *route, struct str name)
{
    struct exchange *x = MEM_NEW(struct exchange);

    x->admin = admin;
    x->req = req;
    x->route = route;
    x->name = name;
    flow_init(&x->flow, receive, done);
    request_watch(req, exchange_wake, x);
    request_receive(req, BODY_MAX, 0);
    flow_wake(&x->flow);
}
