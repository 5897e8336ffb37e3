// SPDX-License-Identifier: MIT
/* One request to the management API, in hand. */
#include "admin/request.h"

#include "admin/reply.h"
#include "base/mem.h"
#include "http/response.h"
#include "http/url.h"

static struct flow_next leave(struct flow *flow);

void admin_wake(void *arg)
{
    struct admin_request *x = arg;

    if (x->req && request_is_gone(x->req))
        flow_divert(&x->flow, leave);
    flow_wake(&x->flow);
}

bool admin_query(struct admin_request *x, const char *name, struct str *value)
{
    return url_query_get(x->req->arena, x->req->query, str_of(name), value);
}

void admin_ask(struct admin_request *x, enum keeper_op op, struct str name,
               const struct json_doc *change)
{
    x->wait = keeper_ask(x->admin->options.keeper, x->admin->options.loop,
                         &(struct keeper_question){ .op = op,
                                                    .name = name,
                                                    .by_hand = true,
                                                    .change = change },
                         admin_wake, x);
}

/* ---- the end ------------------------------------------------------------ */

/* The state lies in the request's arena, which the answer's end frees. */
static void drop_state(struct admin_request *x)
{
    void (*drop)(void *state) = x->row->endpoint->drop;

    if (x->state && drop)
        drop(x->state);
    x->state = NULL;
}

/* The request is the server's again. */
static struct flow_next let_go(struct admin_request *x)
{
    x->req = NULL;
    return flow_finish();
}

static struct flow_next leave(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    drop_state(x);
    request_release(x->req);
    return let_go(x);
}

static void before_answer(struct admin_request *x)
{
    request_watch(x->req, NULL, NULL);
    drop_state(x);
}

struct flow_next admin_reply(struct admin_request *x, unsigned status,
                             struct json_doc *doc)
{
    before_answer(x);
    reply_doc(x->req, status, doc);
    json_doc_free(doc);
    return let_go(x);
}

struct flow_next admin_refuse(struct admin_request *x)
{
    before_answer(x);
    reply_refusal(x->req, &x->err, STR_EMPTY);
    return let_go(x);
}

struct flow_next admin_reply_bytes(struct admin_request *x,
                                   const struct admin_file *file)
{
    before_answer(x);
    response_send(x->req, 200, file->content_type, file->fields, file->bytes);
    return let_go(x);
}

/* ---- the body ----------------------------------------------------------- */

static bool take_body(struct admin_request *x)
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
    struct admin_request *x = admin_request_of(flow);

    switch (request_body_state(x->req)) {
    case REQUEST_BODY_COMPLETE:
        return take_body(x) ? flow_go(x->row->endpoint->first)
                            : admin_refuse(x);
    case REQUEST_BODY_FAILED:
        x->err = *request_body_error(x->req);
        return admin_refuse(x);
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        break;
    }
    return flow_sleep_then(receive);
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    keeper_wait_free(x->wait);
    json_doc_free(x->body);
    mem_free(x);
}

void admin_request_start(struct admin *admin, struct request *req,
                         const struct admin_row *row,
                         const struct router_match *match)
{
    const struct admin_endpoint *endpoint = row->endpoint;
    struct admin_request *x = MEM_NEW(struct admin_request);

    x->admin = admin;
    x->req = req;
    x->row = row;
    x->match = *match;
    if (endpoint->state_size > 0)
        x->state = arena_zalloc(req->arena, endpoint->state_size);
    flow_init(&x->flow, receive, done);
    request_watch(req, admin_wake, x);
    request_receive(req, endpoint->body_max, 0);
    flow_wake(&x->flow);
}
