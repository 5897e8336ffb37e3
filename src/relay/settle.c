// SPDX-License-Identifier: MIT
/* The end of a relayed request: what the client sees of it, and what is kept. */
#include <assert.h>

#include "base/token.h"
#include "relay/admit.h"
#include "relay/gather.h"
#include "relay/metering.h"
#include "relay/pick.h"
#include "relay/record_fill.h"
#include "relay/respond.h"
#include "relay/results.h"
#include "relay/steps.h"
#include "relay/teach.h"
#include "relay/unpriced.h"
#include "usage/ledger.h"

void step_stop_waiting(struct relayed *r)
{
    keeper_wait_free(r->wait);
    r->wait = NULL;
    loop_timer_free(r->patience);
    r->patience = NULL;
    gather_free(r->gather);
    r->gather = NULL;
}

/* ---- settle ------------------------------------------------------------- */

/* A body that ends with its connection looks complete unless it is reset. */
static void cut_response(struct relayed *r)
{
    if (r->framing == RESPONSE_CLOSE)
        response_reset(r->req);
    else
        response_abort(r->req);
}

/* How the client sees the end.  The request is not ours afterwards. */
static void end_response(struct relayed *r)
{
    switch (r->end) {
    case RECORD_COMPLETE:
        response_end(r->req);
        break;
    case RECORD_REFUSED:
        respond_refused(r);
        break;
    case RECORD_CANCELLED:
        if (response_started(r->req))
            cut_response(r);
        else
            respond_refused(r);
        break;
    case RECORD_CUT:
    case RECORD_IDLE:
        cut_response(r);
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

static bool is_failed_inside(const struct relayed *r)
{
    return r->meter && r->meter->usage.failed;
}

static bool was_well(const struct relayed *r)
{
    return r->end == RECORD_COMPLETE && r->status < 400 && !is_failed_inside(r);
}

/* In the log, which no API shows, the admin token stands nowhere, not even where a client
   called something so; who could read that back would learn it (team/admin_token.h). */
static void hide_token(struct record *record, const struct admin_token *admin)
{
    struct str token = admin_token_reveal(admin);

    if (token_holds(record->client_id, token))
        record->client_id = STR_EMPTY;
    if (token_holds(record->session, token))
        record->session = STR_EMPTY;
}

/* What it was, for all who ask. */
static void keep_record(const struct relayed *r)
{
    struct record record;

    results_end(r->results);
    metering_end(r->meter, r->end == RECORD_COMPLETE);
    if (is_failed_inside(r))
        teach_error_event(r);
    if (was_well(r) && teach_from(r) == LESSON_FROM_MESSAGES)
        pick_bind(r);
    record_fill(&record, r);
    tally_share_add(&r->relay->share, &record);
    ledger_add(r->relay->options.ledger, &record);
    unpriced_note_record(r->relay->options.unpriced, &record, r->prices);
    trail_keep(r, &record, r->relay->seat);
    hide_token(&record, r->relay->options.callers->admin);
    relayed_log(&record);
}

struct flow_next step_settle(struct flow *flow)
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
    step_stop_waiting(r);
    assert(relayed_check(r));
    keep_record(r);
    request_watch(r->req, NULL, NULL);
    end_response(r);
    return flow_finish();
}
