// SPDX-License-Identifier: MIT
/* A relayed request whose call was answered, or failed: once more, or on to the client
   (relay/relay.h). */
#include "base/mem.h"
#include "relay/admit.h"
#include "relay/authorise.h"
#include "relay/gather.h"
#include "relay/models.h"
#include "relay/pick.h"
#include "relay/record_fill.h"
#include "relay/respond.h"
#include "relay/results.h"
#include "relay/spare.h"
#include "relay/steps.h"
#include "relay/teach.h"
#include "relay/upload.h"

/* The upstream is not read while so much waits for a client. */
#define CLIENT_HIGH (256u * 1024)

/* So long what an error says is awaited, from its head on. */
#define WEIGH_MS 2000

static struct flow_next weigh(struct flow *flow);
static struct flow_next gather(struct flow *flow);
static struct flow_next copy(struct flow *flow);

/* ---- judge -------------------------------------------------------------- */

/* The upstream refused the token: throw its answer away and begin anew. */
static struct flow_next renew(struct relayed *r)
{
    attempt_end_early(r);
    step_stop_waiting(r);
    r->attempt.token = false;
    r->attempt.renewed = true;
    r->attempt.tries = 0;
    if (!r->attempt.account->can_refresh)
        return flow_go(step_send);
    authorise_ask(r, step_wake);
    step_be_patient(r, AUTHORISE_PATIENCE_MS);
    return flow_sleep_then(step_authorised);
}

/* Many streams sleep: what only the request needed is given back. */
static void forget_request(struct relayed *r)
{
    call_forget_head(r->attempt.call);
    buf_wipe(&r->head);
    buf_done(&r->cut);
    buf_done(&r->renamed);
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
    r->attempt.result = RECORD_DELIVERED; /* if only because no other is left */
    record_fill_answered(&r->told, r->req->arena, head);
    if (!relayed_is_streamed(r))
        request_drop_body(r->req);
    if (models_is_widened(r->req->path, r->path) && models_fits(head)) {
        r->gather = gather_start(r->attempt.call, MODELS_MAX);
        return flow_go(gather);
    }
    respond_as_it_came(r);
    step_stop_waiting(r);
    forget_request(r);
    return flow_go(copy);
}

/* ---- another account ---------------------------------------------------- */

/* Is there room for what it may cost there?  If not, it is passed over. */
static bool move_to(struct relayed *r, struct account *account, struct err *err)
{
    attempt_move(r, account);
    step_stop_waiting(r);
    if (admit_may_cost(r, err))
        return true;
    attempt_pass_over(r);
    return false;
}

static struct flow_next go_to(struct relayed *r, struct account *account)
{
    struct err err;

    return move_to(r, account, &err) ? flow_go(step_authorise)
                                     : step_go_on(r, &err);
}

static struct flow_next give_spare(struct relayed *r)
{
    attempt_end(r);
    spare_respond(r);
    r->end = RECORD_COMPLETE;
    return flow_go(step_settle);
}

/* After the present one, which failed? */
static bool may_follow(struct relayed *r)
{
    attempt_note(r);
    return !r->attempt.owed || admit_again(r);
}

struct flow_next step_go_on(struct relayed *r, const struct err *err)
{
    struct account *other = may_follow(r) ? pick_other(r) : NULL;
    struct err why = *err;

    while (other && !move_to(r, other, &why))
        other = pick_other(r);
    if (other)
        return flow_go(step_authorise);
    return r->spare ? give_spare(r) : step_refuse(r, &why);
}

struct flow_next step_await_token(struct relayed *r)
{
    struct account *other;

    if (loop_now_ms(r->relay->options.loop) < r->patient_until_ms)
        return flow_sleep_then(step_authorised);
    authorise_is_late(r);
    other = pick_ready(r);
    if (other) {
        spare_end_refused(r, false);
        attempt_lack_token(r);
        return go_to(r, other);
    }
    step_be_patient(r, AUTHORISE_PATIENCE_MS);
    return flow_sleep_then(step_authorised);
}

static struct flow_next give_up(struct relayed *r)
{
    struct err err = *call_error(r->attempt.call);
    struct lesson lesson = teach_failure(r);

    if (attempt_judge_taught(r, &lesson) == RETRY_ELSEWHERE)
        return step_go_on(r, &err);
    if (r->spare)
        return give_spare(r);
    attempt_end(r);
    return step_refuse(r, &err);
}

/* May more of the error still come that says what to do, or that is kept while another
   account is asked? */
static bool is_worth_waiting(const struct relayed *r)
{
    unsigned status = r->attempt.status;

    return (teach_reads_body(status) || (status >= 500 && pick_may_other(r))) &&
           loop_now_ms(r->relay->options.loop) < r->patient_until_ms;
}

/* Anything whole tells more than what broke off. */
static bool has_better_spare(const struct relayed *r)
{
    bool cut = call_state(r->attempt.call) == CALL_FAILED;

    return spare_is_better(r, cut ? 0 : r->attempt.status);
}

/* What an error says is known once it was read, as far as it matters; the client waits
   for it as long.  One that is long, or slow, or broke off is judged by what there is
   of it, and is none that could be kept. */
static struct flow_next weigh(struct flow *flow)
{
    struct relayed *r = relayed_of(flow);
    enum gather_state state = gather_read(r->gather);
    struct account *other = NULL;
    enum retry_verdict verdict;
    struct lesson lesson;

    if (state == GATHER_WAITING && is_worth_waiting(r))
        return flow_sleep_then(weigh);
    lesson = teach_answer(r);
    verdict = attempt_judge_taught(r, &lesson);
    if (verdict == RETRY_RENEW && state == GATHER_WHOLE)
        spare_keep_refused(r);
    if (verdict == RETRY_RENEW)
        return renew(r);
    if (verdict == RETRY_ELSEWHERE)
        other = pick_other(r);
    if (other) {
        if (state == GATHER_WHOLE)
            spare_keep(r);
        return go_to(r, other);
    }
    if (has_better_spare(r))
        return give_spare(r);
    authorise_learn(r, &lesson);
    return deliver(r);
}

static struct flow_next answered(struct relayed *r)
{
    if (r->attempt.status < 400 || !r->attempt.account) {
        (void)teach_answer(r);
        return deliver(r);
    }
    r->gather = gather_start(r->attempt.call, TEACH_ERROR_MAX);
    step_be_patient(r, WEIGH_MS);
    return flow_go(weigh);
}

/* The call was answered, or failed. */
static struct flow_next decide(struct relayed *r)
{
    switch (attempt_judge(r)) {
    case RETRY_DELIVER:
    case RETRY_ELSEWHERE:
        return answered(r);
    case RETRY_AGAIN_FRESH:
        attempt_end_early(r);
        return flow_go(step_send);
    case RETRY_RENEW: /* once it has taught that */
    case RETRY_REFUSE:
        break;
    }
    return give_up(r);
}

struct flow_next step_judge(struct flow *flow)
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
        return step_refuse(r, &err);
    return flow_sleep_then(step_judge);
}

/* ---- gather ------------------------------------------------------------- */

static struct flow_next finish_copy(struct relayed *r, enum record_end end)
{
    r->end = end;
    return flow_go(step_settle);
}

/* The answer broke off, or stood still for too long. */
static struct flow_next cut_off(struct relayed *r)
{
    const struct err *err = call_error(r->attempt.call);

    *err_kept(&r->err) = *err;
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
    step_stop_waiting(r);
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
            results_wait(r->results, r->relay->options.loop, step_wake, r));
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
