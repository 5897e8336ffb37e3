// SPDX-License-Identifier: MIT
/* A relayed request, step by step; the order is drawn in relay/relay.h.  The flow
   owns its account reference, its call and its buffers; the request belongs to the
   server until it is ended or released in settle(). */
#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/problem.h"
#include "relay/admit.h"
#include "relay/authorise.h"
#include "relay/body.h"
#include "relay/gather.h"
#include "relay/metering.h"
#include "relay/models.h"
#include "relay/pass.h"
#include "relay/pick.h"
#include "relay/record_fill.h"
#include "relay/relayed.h"
#include "relay/respond.h"
#include "relay/results.h"
#include "relay/unpriced.h"
#include "relay/upload.h"
#include "usage/ledger.h"

/* The upstream is not read while so much waits for a client. */
#define CLIENT_HIGH (256u * 1024)

static struct relayed *relayed_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct relayed, flow);
}

static struct flow_next settle(struct flow *flow);

/* ---- waking ------------------------------------------------------------- */

static bool is_ending(const struct relayed *r)
{
    const atomic_bool *ending = r->relay->options.ending;

    return ending && atomic_load_explicit(ending, memory_order_relaxed);
}

/* Every event of client and upstream comes here. */
static void wake(void *arg)
{
    struct relayed *r = arg;

    if (r->end == RECORD_RUNNING && request_is_gone(r->req)) {
        r->end = is_ending(r) ? RECORD_RELAY_STOPPED : RECORD_CLIENT_LEFT;
        flow_divert(&r->flow, settle);
    }
    flow_wake(&r->flow);
}

static void keep_error(struct relayed *r, const struct err *err)
{
    *err_kept(&r->err) = *err;
}

/* Answer in our own name; only before a response was started. */
static struct flow_next refuse(struct relayed *r, const struct err *err)
{
    keep_error(r, err);
    r->end = RECORD_REFUSED;
    r->status = err_status(err->code);
    return flow_go(settle);
}

/* ---- identify, receive, scan, admit, choose ----------------------------- */

static struct flow_next receive(struct flow *flow);
static struct flow_next scan(struct flow *flow);
static struct flow_next admit(struct flow *flow);
static struct flow_next choose(struct flow *flow);
static struct flow_next authorise(struct flow *flow);
static struct flow_next authorised(struct flow *flow);
static struct flow_next send_request(struct flow *flow);
static struct flow_next judge(struct flow *flow);
static struct flow_next gather(struct flow *flow);
static struct flow_next copy(struct flow *flow);

static struct flow_next identify(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    caller_find(&r->caller, r->relay->options.callers, r->req, RIGHT_RELAY);
    if (!caller_may(&r->caller, RIGHT_RELAY, &err) || !admit_may_call(r, &err))
        return refuse(r, &err);
    if (r->caller.key)
        request_vouch(r->req);
    if (relayed_is_streamed(r))
        return flow_go(admit);
    upload_keep(r, wake);
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
        return refuse(r, request_body_error(r->req));
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

    return body_take(r, &err) ? flow_go(admit) : refuse(r, &err);
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

    if (is_too_late(r, &err))
        return refuse(r, &err);
    switch (admit_ask(r, wake, &err)) {
    case ADMIT_GIVEN:
        return flow_go(choose);
    case ADMIT_WAITING:
        return flow_sleep_then(admit);
    case ADMIT_REFUSED:
        break;
    }
    return refuse(r, &err);
}

static struct flow_next choose(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    return pick_account(r, &err) ? flow_go(authorise) : refuse(r, &err);
}

/* ---- authorise ---------------------------------------------------------- */

static struct flow_next authorised(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    switch (authorise_take(r, &err)) {
    case AUTHORISE_WAITING:
        return flow_sleep_then(authorised);
    case AUTHORISE_READY:
        return flow_go(send_request);
    case AUTHORISE_REFUSED:
        break;
    }
    return refuse(r, &err);
}

static struct flow_next authorise(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    if (!authorise_is_due(r))
        return flow_go(send_request);
    authorise_ask(r, wake);
    return flow_sleep_then(authorised);
}

/* ---- send --------------------------------------------------------------- */

static struct flow_next send_request(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    if (is_too_late(r, &err) || !admit_may_send(r, &err))
        return refuse(r, &err);
    if (r->caller.key)
        keyring_used(r->relay->options.callers->keyring, r->caller.key,
                     clock_wall_ms());
    if (relayed_is_streamed(r))
        upload_begin(r);
    if (request_body_state(r->req) == REQUEST_BODY_FAILED)
        return refuse(r, request_body_error(r->req));
    attempt_start(r, wake);
    return flow_go(judge);
}

/* ---- judge -------------------------------------------------------------- */

/* The upstream refused the token: throw its answer away and begin anew. */
static struct flow_next renew(struct relayed *r)
{
    attempt_end_early(r);
    r->attempt.renewed = true;
    r->attempt.tries = 0;
    if (!r->attempt.account->can_refresh)
        return flow_go(send_request);
    authorise_ask(r, wake);
    return flow_sleep_then(authorised);
}

/* What it waited for, or with. */
static void stop_waiting(struct relayed *r)
{
    keeper_wait_free(r->wait);
    r->wait = NULL;
    loop_timer_free(r->patience);
    r->patience = NULL;
    gather_free(r->gather);
    r->gather = NULL;
}

/* Many streams sleep: what only the request needed is given back. */
static void forget_request(struct relayed *r)
{
    call_forget_head(r->attempt.call);
    buf_wipe(&r->head);
    buf_done(&r->cut);
    mem_free(r->ahead);
    r->ahead = NULL;
    mem_free(r->facts);
    r->facts = NULL;
}

/* The answer is there: from here on it is the client's. */
static struct flow_next deliver(struct relayed *r)
{
    const struct parser_head *head = call_head(r->attempt.call);

    r->status = head->status;
    record_fill_answered(r, head);
    authorise_learn(r, r->status);
    if (!relayed_is_streamed(r))
        request_drop_body(r->req);
    if (models_is_widened(r->req->path, r->path) && models_fits(head)) {
        r->gather = gather_start(r->attempt.call, MODELS_MAX);
        return flow_go(gather);
    }
    respond_as_it_came(r);
    forget_request(r);
    return flow_go(copy);
}

static struct flow_next give_up(struct relayed *r)
{
    struct err err = *call_error(r->attempt.call);

    attempt_end(r);
    return refuse(r, &err);
}

/* The call was answered, or failed. */
static struct flow_next decide(struct relayed *r)
{
    switch (attempt_judge(r)) {
    case RETRY_DELIVER:
        return deliver(r);
    case RETRY_AGAIN_FRESH:
        attempt_end_early(r);
        return flow_go(send_request);
    case RETRY_RENEW:
        return renew(r);
    case RETRY_REFUSE:
        break;
    }
    return give_up(r);
}

static struct flow_next judge(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct err err;

    switch (call_state(r->attempt.call)) {
    case CALL_READING:
    case CALL_DONE:
    case CALL_FAILED:
        return decide(r);
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
    case CALL_WAITING:
        break;
    }
    if (relayed_is_streamed(r) && !upload_pump(r, &err))
        return refuse(r, &err);
    return flow_sleep_then(judge);
}

/* ---- gather ------------------------------------------------------------- */

static struct flow_next finish_copy(struct relayed *r, enum record_end end)
{
    r->end = end;
    return flow_go(settle);
}

/* The answer broke off, or stood still for too long. */
static struct flow_next cut_off(struct relayed *r)
{
    const struct err *err = call_error(r->attempt.call);

    keep_error(r, err);
    return finish_copy(r, err->code == ERR_TIMEOUT ? RECORD_IDLE : RECORD_CUT);
}

static struct flow_next gather(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    switch (gather_read(r->gather)) {
    case GATHER_WAITING:
        return flow_sleep_then(gather);
    case GATHER_WHOLE:
        if (respond_widened(r))
            return finish_copy(r, RECORD_COMPLETE);
        break;
    case GATHER_PART:
        break;
    }
    respond_as_it_came(r);
    stop_waiting(r);
    forget_request(r);
    return flow_go(copy);
}

/* ---- copy --------------------------------------------------------------- */

/* The client is slow, or results wait to be booked.  What came with the head is read
   first: it lies in a buffer of the thread. */
static bool is_held_up(struct relayed *r)
{
    return response_queued(r->req) > CLIENT_HIGH ||
           (response_bytes(r->req) > 0 &&
            results_wait(r->results, r->relay->options.loop, wake, r));
}

static struct flow_next copy(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    struct str bytes;

    for (;;) {
        if (is_held_up(r)) {
            call_pause(r->attempt.call, true);
            return flow_sleep_then(copy);
        }
        call_pause(r->attempt.call, false);
        switch (call_read(r->attempt.call, &bytes)) {
        case CALL_DATA:
            if (!r->unframed)
                response_raw(r->req, bytes);
            break;
        case CALL_AGAIN:
            response_flush(r->req);
            admit_look(r);
            return flow_sleep_then(copy);
        case CALL_END:
            return finish_copy(r, RECORD_COMPLETE);
        case CALL_CUT:
            return cut_off(r);
        }
    }
}

/* ---- settle ------------------------------------------------------------- */

/* How the client sees the end.  The request is not ours afterwards. */
static void end_response(struct relayed *r)
{
    switch (r->end) {
    case RECORD_COMPLETE:
        response_end(r->req);
        break;
    case RECORD_REFUSED:
        problem_send(r->req, r->err);
        break;
    case RECORD_CUT:
    case RECORD_IDLE:
        /* A body that ends with its connection looks complete unless it is
           reset. */
        if (r->framing == RESPONSE_CLOSE)
            response_reset(r->req);
        else
            response_abort(r->req);
        break;
    case RECORD_CLIENT_LEFT:
    case RECORD_RELAY_STOPPED:
        request_release(r->req);
        break;
    case RECORD_RUNNING:
    case RECORD_ERROR_EVENT: /* for the record only */
    case RECORD_ENDS:
        assert(false);
    }
}

/* At its end nothing is left that must be given back, or that would wake it. */
static bool relayed_check(const struct relayed *r)
{
    return r->end != RECORD_RUNNING && !r->attempt.call && !r->ration &&
           !r->wait && !r->patience && !r->gather &&
           (r->err || r->end != RECORD_REFUSED);
}

/* What it was, for all who ask. */
static void keep_record(const struct relayed *r)
{
    struct record record;

    results_end(r->results);
    metering_end(r->meter, r->end == RECORD_COMPLETE);
    record_fill(&record, r);
    ledger_add(r->relay->options.ledger, &record);
    unpriced_note_record(r->relay->options.unpriced, &record, r->prices);
    relayed_log(&record);
}

static struct flow_next settle(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    /* Before the end of the answer leaves: whoever has it may ask at once what it
       came to, of another thread. */
    attempt_note(r);
    admit_settle(r);
    /* The client need not wait for the rest. */
    if (r->end == RECORD_COMPLETE)
        response_hurry(r->req);
    attempt_end(r);
    stop_waiting(r);
    assert(relayed_check(r));
    keep_record(r);
    request_watch(r->req, NULL, NULL);
    end_response(r);
    return flow_finish();
}

static void done(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);

    admit_done(r);
    metering_free(r->meter);
    results_free(r->results);
    prices_unref(r->prices);
    mem_free(r->ahead);
    mem_free(r->facts);
    account_unref(r->attempt.account);
    caller_done(&r->caller);
    proxy_unref(r->proxy);
    buf_wipe(&r->head);
    buf_done(&r->cut);
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
    r->req = req;
    r->endpoint = endpoint;
    r->path = path;
    r->body_is = upload_kind(endpoint, req);
    r->packed = body_is_packed(&req->headers);
    r->body = STR_EMPTY;
    buf_init_secret(&r->head, PASS_HEAD_MAX);
    buf_init(&r->cut, 0);
    flow_init(&r->flow, identify, done);
    request_watch(req, wake, r);
    req->notes.is_logged = true; /* in settle() */
    flow_wake(&r->flow);
}
