// SPDX-License-Identifier: MIT
/* The operator and how an account is, over HTTP. */
#include "admin/vitals_routes.h"

#include "account/note.h"
#include "account/said.h"
#include "admin/account_doc.h"
#include "admin/account_routes.h"
#include "admin/request.h"
#include "admin/vitals_doc.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/text.h"

#define TAG "accounts"

/* ---- all three ----------------------------------------------------------- */

static struct json_doc *state_doc(const struct account *account)
{
    struct json_doc *doc = json_doc_new_object();

    vitals_doc_set_state(doc, account, clock_wall_ms());
    return doc;
}

struct saying {
    struct said_ask ask;
    struct account *account; /* a reference */
    struct said *said;
};

static void drop(void *state)
{
    struct saying *saying = state;

    said_free(saying->said);
    account_unref(saying->account);
}

static struct flow_next written(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct saying *saying = x->state;

    if (!said_is_done(saying->said))
        return flow_sleep_then(written);
    if (!said_result(saying->said, &x->err))
        return admin_refuse(x);
    audit_after(x->audit, state_doc(saying->account));
    return admin_reply(x, account_doc_status(saying->account, clock_wall_ms()));
}

/* Of an account that there is. */
static struct flow_next say(struct admin_request *x, enum said_what what)
{
    const struct admin_options *options = &x->admin->options;
    struct saying *saying = x->state;

    saying->account = account_routes_find(x);
    if (!saying->account)
        return admin_refuse(x);
    audit_before(x->audit, state_doc(saying->account));
    saying->ask.account = saying->account;
    saying->ask.what = what;
    saying->said = said_start(options->records, options->loop, &saying->ask,
                              admin_wake, x);
    return flow_sleep_then(written);
}

/* ---- pause --------------------------------------------------------------- */

static bool read_end(struct admin_request *x, struct said_ask *ask)
{
    struct str text;
    uint64_t ms;

    if (json_doc_get_str(x->body, "for", &text) &&
        !json_doc_get(x->body, "until") && text_parse_duration(text, &ms) &&
        ms > 0 && ms <= HEALTH_HOLD_MAX_MS)
        ask->until_ms = ask->now_ms + ms;
    else if (json_doc_get_str(x->body, "until", &text) &&
             !json_doc_get(x->body, "for") && text_parse_time(text, &ms) &&
             ms > ask->now_ms && ms <= ask->now_ms + HEALTH_HOLD_MAX_MS)
        ask->until_ms = ms;
    return ask->until_ms > 0 || REASON_SET(&x->err, PAUSE_INVALID);
}

static bool read_note(struct admin_request *x, struct said_ask *ask)
{
    ask->note = STR(HEALTH_HELD);
    return !json_doc_get_str(x->body, "note", &ask->note) ||
           (ask->note.len > 0 &&
            !account_note_problem(ask->note, HEALTH_CAUSE_MAX - 1, false)) ||
           REASON_SET(&x->err, CAUSE_INVALID, HEALTH_CAUSE_MAX);
}

static struct flow_next pause(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct saying *saying = x->state;

    saying->ask.now_ms = clock_wall_ms();
    if (!read_end(x, &saying->ask) || !read_note(x, &saying->ask))
        return admin_refuse(x);
    return say(x, SAID_PAUSE);
}

static const struct admin_member pause_members[] = {
    { "for", ADMIN_TEXT, 0, "how long: 90m, 12h", NULL },
    { "until", ADMIN_TEXT, 0, "or until when (RFC 3339)", NULL },
    { "note", ADMIN_TEXT, 0, "why, for whoever reads it", NULL },
    ADMIN_END,
};
const struct admin_endpoint vitals_routes_pause = {
    .first = pause,
    .state_size = sizeof(struct saying),
    .drop = drop,
    .tag = TAG,
    .summary = "Let an account rest until a time; with \"for\" or \"until\"",
    .body_max = ADMIN_BODY,
    .body = pause_members,
    .answer = account_doc_status_members,
    .action = "account.pause",
};

/* ---- resume, clear ------------------------------------------------------- */

static struct flow_next resume(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct saying *saying = x->state;

    saying->ask.now_ms = clock_wall_ms();
    return say(x, SAID_RESUME);
}

const struct admin_endpoint vitals_routes_resume = {
    .first = resume,
    .state_size = sizeof(struct saying),
    .drop = drop,
    .tag = TAG,
    .summary = "End the operator's pause of an account",
    .body_max = ADMIN_BODY,
    .answer = account_doc_status_members,
    .action = "account.resume",
};

static struct flow_next clear(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct saying *saying = x->state;

    saying->ask.now_ms = clock_wall_ms();
    return say(x, SAID_CLEAR);
}

const struct admin_endpoint vitals_routes_clear = {
    .first = clear,
    .state_size = sizeof(struct saying),
    .drop = drop,
    .tag = TAG,
    .summary = "Forget what answers taught of an account: pauses, blocks",
    .body_max = ADMIN_BODY,
    .answer = account_doc_status_members,
    .action = "account.clear",
};
