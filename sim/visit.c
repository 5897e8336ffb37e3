// SPDX-License-Identifier: MIT
/* One request from its head to the end of its answer. */
#include "sim/visit.h"

#include "base/clock.h"
#include "http/response.h"
#include "http/url.h"
#include "sim/echo.h"
#include "sim/routes.h"
#include "sim/visit_internal.h"

#define WINDOW (256u * 1024)
#define BODY_MAX_UNKNOWN (500ull * 1024 * 1024)

struct bills_row *visit_row(const struct visit *visit)
{
    return bills_row(visit->sim->bills, visit->row);
}

struct str visit_body(const struct visit *visit)
{
    return request_body(visit->req);
}

struct str visit_query(const struct visit *visit, struct str name)
{
    struct str value;

    if (url_query_get(visit->req->arena, visit->req->query, name, &value))
        return value;
    return STR_EMPTY;
}

/* ---- pausing ------------------------------------------------------------ */

static void pause_over(void *arg)
{
    struct visit *visit = arg;

    visit->paused = false;
    flow_wake(&visit->flow);
}

struct flow_next visit_pause(struct visit *visit, uint64_t ms, flow_step step)
{
    if (!visit->timer)
        visit->timer = loop_timer_new(visit->sim->loop, pause_over, visit);
    visit->paused = true;
    loop_timer_set(visit->timer, ms);
    return flow_sleep_then(step);
}

/* ---- the end ------------------------------------------------------------ */

static struct flow_next leave(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    visit->outcome = visit->if_gone;
    return flow_finish();
}

static void release(struct request *req, enum visit_end end)
{
    if (request_is_gone(req)) {
        request_release(req);
        return;
    }
    switch (end) {
    case VISIT_END:
        response_end(req);
        break;
    case VISIT_CUT:
        response_abort(req);
        break;
    case VISIT_RESET:
        response_reset(req);
        break;
    }
}

/* The visit lies in the request's arena: nothing of it is left behind. */
static void done(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    bills_close(visit->sim->bills, visit->row, visit->outcome,
                clock_steady_ns());
    visit->sim->streams_open -= visit->reply.is_stream;
    loop_timer_free(visit->timer);
    reply_done(&visit->reply);
    if (visit->sink_done)
        visit->sink_done(visit);
    request_watch(visit->req, NULL, NULL);
    release(visit->req, visit->end);
}

static void wake(void *arg)
{
    struct visit *visit = arg;

    if (request_is_gone(visit->req))
        flow_divert(&visit->flow, leave);
    else if (visit->paused)
        return;
    flow_wake(&visit->flow);
}

/* ---- steps -------------------------------------------------------------- */

static bool check_access(struct visit *visit)
{
    const struct headers *headers = &visit->req->headers;
    struct refusal refusal;

    if (visit->route->access == ROUTE_OPEN ||
        visit->route->access == ROUTE_CONTROL)
        return true;
    refusal = credential_refusal(headers, &visit->sim->grants,
                                 visit->route->access == ROUTE_OAUTH);
    if (refusal.status == 0 && visit->route->access == ROUTE_API &&
        !headers_get(headers, STR("anthropic-version")))
        refusal =
            (struct refusal){ 400, "anthropic-version: header is required" };
    if (refusal.status == 0)
        return true;
    reply_fault(visit, refusal.status, refusal.text);
    return false;
}

static void answer_route(struct visit *visit)
{
    if (!visit->route)
        reply_fault(visit, route_has_path(visit->req->path) ? 405 : 404,
                    route_has_path(visit->req->path) ? "Method Not Allowed"
                                                     : "Not Found");
    else if (check_access(visit))
        visit->route->answer(visit);
}

/* A body of the directives' own, of the kind it looks like. */
static void answer_literal(struct visit *visit)
{
    struct str body = visit->directives.body;
    struct str type = STR("text/plain; charset=utf-8");

    if (str_starts(body, STR("{")) || str_starts(body, STR("[")))
        type = STR("application/json");
    else if (str_starts(body, STR("<")))
        type = STR("text/html; charset=utf-8");
    else if (str_starts(body, STR("event:")) || str_starts(body, STR(":")))
        type = STR("text/event-stream; charset=utf-8");
    reply_body(visit, 200, type, body);
}

static void answer(struct visit *visit)
{
    const struct directives *directives = &visit->directives;
    unsigned status = (unsigned)directives->status;

    if (directives->echo)
        echo_answer(visit);
    else if (directives_given(directives, "body"))
        answer_literal(visit);
    else if (status >= 300)
        reply_fault(visit, status,
                    status == 401 ? "Invalid bearer token"
                                  : "simulated by claude-sim");
    else
        answer_route(visit);
    if (status > 0 && visit->reply.status < 300)
        visit->reply.status = status;
}

static struct flow_next decide(struct flow *flow)
{
    struct visit *visit = VISIT(flow);
    struct bills_row *row = visit_row(visit);

    if (!visit->sink)
        visit->body_bytes = visit_body(visit).len;
    if (row)
        row->body_bytes = visit->body_bytes;
    if (visit->reply.status == 0)
        answer(visit);
    request_drop_body(visit->req);
    return flow_go(reply_first_byte);
}

static void refuse_body(struct visit *visit)
{
    const struct err *err = request_body_error(visit->req);

    visit->sink = NULL;
    reply_fault(visit, err_status(err->code), err->text);
}

static struct flow_next collect(struct flow *flow)
{
    struct visit *visit = VISIT(flow);
    enum request_body state = request_body_state(visit->req);
    struct str bytes = visit_body(visit);

    if (visit->sink && bytes.len > 0) {
        visit->body_bytes += bytes.len;
        visit->sink(visit, bytes);
        request_consume(visit->req, bytes.len);
    }
    if (state == REQUEST_BODY_READING)
        return flow_sleep_then(collect);
    if (state == REQUEST_BODY_FAILED)
        refuse_body(visit);
    return flow_go(decide);
}

static void discard(struct visit *visit, struct str bytes)
{
    (void)visit;
    (void)bytes;
}

/* Who takes the body: the echo, the endpoint, or nobody. */
static void choose_sink(struct visit *visit)
{
    if (visit->directives.echo)
        echo_upload(visit);
    else if (!visit->route || visit->reply.status > 0)
        visit->sink = discard;
    else if (visit->route->upload)
        visit->route->upload(visit);
}

static struct flow_next receive(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    choose_sink(visit);
    request_receive(visit->req,
                    visit->route ? visit->route->body_max : BODY_MAX_UNKNOWN,
                    visit->sink ? WINDOW : 0);
    return flow_go(collect);
}

void visit_begin(struct sim *sim, struct request *req)
{
    struct visit *visit = arena_zalloc(req->arena, sizeof(*visit));

    visit->sim = sim;
    visit->req = req;
    visit->if_gone = BILLS_ABORTED;
    visit->outcome = BILLS_FAILED;
    flow_init(&visit->flow, receive, done);
    visit_identify(visit);
    request_watch(req, wake, visit);
    flow_wake(&visit->flow);
}
