// SPDX-License-Identifier: MIT
/* A relayed request, step by step; the order is drawn in relay/relay.h.  The flow
   owns its account reference, its call and its buffers; the request belongs to the
   server until it is ended or released in relay/settle.c. */

#include "base/clock.h"
#include "base/mem.h"
#include "relay/admit.h"
#include "relay/authorise.h"
#include "relay/body.h"
#include "relay/metering.h"
#include "relay/owner.h"
#include "relay/pass.h"
#include "relay/pick.h"
#include "relay/results.h"
#include "relay/spare.h"
#include "relay/steps.h"
#include "relay/upload.h"
#include "relay/way.h"

/* ---- waking ------------------------------------------------------------- */

static bool is_ending(const struct relayed *r)
{
    const atomic_bool *ending = r->relay->options.ending;

    return ending && atomic_load_explicit(ending, memory_order_relaxed);
}

void step_wake(void *arg)
{
    struct relayed *r = arg;

    if (r->end == RECORD_RUNNING && request_is_gone(r->req)) {
        r->end = is_ending(r) ? RECORD_RELAY_STOPPED : RECORD_CLIENT_LEFT;
        flow_divert(&r->flow, step_settle);
    }
    flow_wake(&r->flow);
}

void step_be_patient(struct relayed *r, uint64_t ms)
{
    struct loop *loop = r->relay->options.loop;

    r->patient_until_ms = loop_now_ms(loop) + ms;
    if (!r->patience)
        r->patience = loop_timer_new(loop, step_wake, r);
    loop_timer_set(r->patience, ms);
}

struct flow_next step_refuse(struct relayed *r, const struct err *err)
{
    caller_note(&r->caller, r->req);
    *err_kept(&r->err) = *err;
    r->end = RECORD_REFUSED;
    r->status = err_status(err->code);
    return flow_go(step_settle);
}

bool step_cancel(struct relayed *r)
{
    struct err *err;

    if (r->end != RECORD_RUNNING)
        return false;
    r->end = RECORD_CANCELLED;
    err = err_kept(&r->err);
    err_set(err, ERR_CANCELLED,
            "whoever runs the relay has cancelled this request");
    if (!response_started(r->req))
        r->status = err_status(err->code);
    flow_divert(&r->flow, step_settle);
    flow_wake(&r->flow);
    return true;
}

/* ---- identify, receive, scan, admit, choose ----------------------------- */

static struct flow_next receive(struct flow *flow);
static struct flow_next scan(struct flow *flow);
static struct flow_next admit(struct flow *flow);
static struct flow_next choose(struct flow *flow);

static struct flow_next identify(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    caller_find(&r->caller, r->relay->options.callers, r->req, RIGHT_RELAY);
    caller_vouch(&r->caller, r->req);
    if (!caller_may(&r->caller, RIGHT_RELAY, &err) || !admit_may_call(r, &err))
        return step_refuse(r, &err);
    if (relayed_is_streamed(r))
        return flow_go(admit);
    upload_keep(r, step_wake);
    return flow_go(receive);
}

static struct flow_next receive(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    switch (request_body_state(r->req)) {
    case REQUEST_BODY_COMPLETE:
        upload_is_kept(r);
        return flow_go(scan);
    case REQUEST_BODY_FAILED:
        return step_refuse(r, request_body_error(r->req));
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        body_look_ahead(r);
        break;
    }
    return upload_is_too_much(r) ? flow_go(admit) : flow_sleep_then(receive);
}

static struct flow_next scan(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    trail_received(r);
    return body_take(r, &err) ? flow_go(admit) : step_refuse(r, &err);
}

/* Whoever would be sent now would be cut off in a moment, and pay for it. */
static bool is_too_late(const struct relayed *r, struct err *err)
{
    return is_ending(r) &&
           !err_set(err, ERR_BUSY,
                    "the relay is stopping: try again in a moment");
}

/* What the key of the request lets it do, and its limits leave. */
static struct flow_next admit(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    if (r->ready_ns == 0)
        r->ready_ns = clock_steady_ns();
    if (is_too_late(r, &err))
        return step_refuse(r, &err);
    switch (admit_ask(r, step_wake, &err)) {
    case ADMIT_GIVEN:
        if (r->queued)
            trail_admitted(r);
        return flow_go(choose);
    case ADMIT_WAITING:
        r->queued = true;
        return flow_sleep_then(admit);
    case ADMIT_REFUSED:
        break;
    }
    return step_refuse(r, &err);
}

static struct flow_next choose(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    if (!pick_account(r, &err))
        return step_refuse(r, &err);
    if (admit_may_cost(r, &err))
        return flow_go(step_authorise);
    attempt_pass_over(r);
    return step_go_on(r, &err);
}

/* ---- authorise ---------------------------------------------------------- */

struct flow_next step_authorised(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    switch (authorise_take(r, &err)) {
    case AUTHORISE_WAITING:
        return step_await_token(r);
    case AUTHORISE_READY:
        trail_token_came(r);
        spare_end_refused(r, false);
        return flow_go(step_send);
    case AUTHORISE_REFUSED:
        spare_end_refused(r, err.code == ERR_LOGIN_REQUIRED);
        break;
    }
    attempt_lack_token(r);
    return step_go_on(r, &err);
}

struct flow_next step_authorise(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    if (!authorise_is_due(r))
        return flow_go(step_send);
    trail_token_asked(r);
    authorise_ask(r, step_wake);
    step_be_patient(r, AUTHORISE_PATIENCE_MS);
    return flow_sleep_then(step_authorised);
}

/* ---- send --------------------------------------------------------------- */

struct flow_next step_send(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    if (is_too_late(r, &err) || !admit_may_send(r, &err))
        return step_refuse(r, &err);
    if (r->caller.key)
        keyring_used(r->relay->options.callers->keyring, r->caller.key,
                     clock_wall_ms());
    if (relayed_is_streamed(r))
        upload_begin(r);
    if (request_body_state(r->req) == REQUEST_BODY_FAILED)
        return step_refuse(r, request_body_error(r->req));
    if (!way_is_safe(r, &err))
        return step_go_on(r, &err);
    attempt_start(r, step_wake);
    return flow_go(step_judge);
}

/* ---- as others see it --------------------------------------------------- */

static enum running_step step_of_call(const struct relayed *r)
{
    switch (call_state(r->attempt.call)) {
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
        return RUNNING_SENDING;
    case CALL_WAITING:
    case CALL_FAILED:
        return RUNNING_WAITING;
    case CALL_READING:
    case CALL_DONE:
        break;
    }
    return response_started(r->req) ? RUNNING_ANSWERING : RUNNING_WAITING;
}

enum running_step step_now(const struct relayed *r)
{
    if (r->flow.next == receive)
        return RUNNING_RECEIVING;
    if (r->flow.next == admit)
        return RUNNING_QUEUED;
    if (r->flow.next == step_authorised)
        return RUNNING_TOKEN;
    return r->attempt.call ? step_of_call(r) : RUNNING_CHOOSING;
}

static void done(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    list_remove(&r->link);
    admit_done(r);
    if (r->is_stream)
        tally_share_end_stream(&r->relay->share);
    metering_free(r->meter);
    results_free(r->results);
    owner_free(r->learner);
    spare_free(r->spare);
    spare_free(r->refused);
    prices_unref(r->prices);
    mem_free(r->ahead);
    mem_free(r->facts);
    attempt_leave(r);
    caller_done(&r->caller);
    proxy_unref(r->proxy);
    buf_wipe(&r->head);
    buf_done(&r->cut);
    buf_done(&r->renamed);
    mem_free(r->err);
    atomic_fetch_sub_explicit(&r->relay->in_flight, 1, memory_order_relaxed);
    mem_free(r);
}

void relayed_start(struct relay *relay, struct request *req,
                   const struct endpoint *endpoint, struct str path)
{
    struct relayed *r = MEM_NEW(struct relayed);

    r->relay = relay;
    r->prices = price_board_take(relay->prices);
    atomic_fetch_add_explicit(&relay->in_flight, 1, memory_order_relaxed);
    list_push(relay->running, &r->link);
    r->req = req;
    r->endpoint = endpoint;
    r->path = path;
    r->body_is = upload_kind(endpoint, req);
    r->packed = body_is_packed(&req->headers);
    r->body = STR_EMPTY;
    buf_init_secret(&r->head, PASS_HEAD_MAX);
    buf_init(&r->cut, 0);
    buf_init(&r->renamed, 0);
    flow_init(&r->flow, identify, done);
    request_watch(req, step_wake, r);
    req->notes.is_logged = true; /* in step_settle() */
    flow_wake(&r->flow);
}
