// SPDX-License-Identifier: MIT
/* The operator and how an account is, over HTTP. */
#include "admin/vitals_routes.h"

#include "account/vitals.h"
#include "admin/account_doc.h"
#include "admin/account_routes.h"
#include "admin/request.h"
#include "admin/vitals_doc.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/token.h"

#define TAG "accounts"
/* Longer ones switch it off. */

/* ---- all three ----------------------------------------------------------- */

static struct json_doc *state_doc(const struct account *account)
{
    struct json_doc *doc = json_doc_new_object();

    vitals_doc_set_state(doc, account, clock_wall_ms());
    return doc;
}

struct saying {
    uint64_t until_ms;
    struct str note;
    uint64_t now_ms;
};

/* Of an account that there is. */
static struct flow_next say(struct admin_request *x,
                            void (*what)(struct vitals *vitals,
                                         const struct saying *saying),
                            const struct saying *saying)
{
    struct account *account = account_routes_find(x);
    struct json_doc *doc;

    if (!account)
        return admin_refuse(x);
    audit_before(x->audit, state_doc(account));
    what(account->vitals, saying);
    accounts_hurry(x->admin->options.accounts);
    audit_after(x->audit, state_doc(account));
    doc = account_doc_status(account, saying->now_ms);
    account_unref(account);
    return admin_reply(x, doc);
}

/* ---- pause --------------------------------------------------------------- */

static bool read_end(struct admin_request *x, struct saying *saying)
{
    struct str text;
    uint64_t ms;

    if (json_doc_get_str(x->body, "for", &text) &&
        !json_doc_get(x->body, "until") && text_parse_duration(text, &ms) &&
        ms > 0 && ms <= HEALTH_HOLD_MAX_MS)
        saying->until_ms = saying->now_ms + ms;
    else if (json_doc_get_str(x->body, "until", &text) &&
             !json_doc_get(x->body, "for") && text_parse_time(text, &ms) &&
             ms > saying->now_ms && ms <= saying->now_ms + HEALTH_HOLD_MAX_MS)
        saying->until_ms = ms;
    return saying->until_ms > 0 ||
           err_set(&x->err, ERR_BAD_REQUEST,
                   "a pause has an end: either `for`, a duration such as 90m, "
                   "or `until`, a time to come such as 2026-11-30T08:00:00Z, "
                   "within a year; for ever is \"enabled\":false");
}

static bool read_note(struct admin_request *x, struct saying *saying)
{
    saying->note = STR("paused by the operator");
    return !json_doc_get_str(x->body, "note", &saying->note) ||
           (saying->note.len > 0 && saying->note.len < HEALTH_CAUSE_MAX &&
            !token_is_in(saying->note)) ||
           err_set(
               &x->err, ERR_BAD_REQUEST,
               "note must be a text of less than %d bytes, without a key or "
               "token",
               HEALTH_CAUSE_MAX);
}

static void hold(struct vitals *vitals, const struct saying *saying)
{
    vitals_hold(vitals, saying->until_ms, saying->note, saying->now_ms);
}

static struct flow_next pause(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct saying saying = { .now_ms = clock_wall_ms() };

    if (!read_end(x, &saying) || !read_note(x, &saying))
        return admin_refuse(x);
    return say(x, hold, &saying);
}

static const struct admin_member pause_members[] = {
    { "for", ADMIN_TEXT, 0, "how long: 90m, 12h", NULL },
    { "until", ADMIN_TEXT, 0, "or until when (RFC 3339)", NULL },
    { "note", ADMIN_TEXT, 0, "why, for whoever reads it", NULL },
    ADMIN_END,
};
const struct admin_endpoint vitals_routes_pause = {
    .first = pause,
    .tag = TAG,
    .summary = "Let an account rest until a time; with \"for\" or \"until\"",
    .body_max = ADMIN_BODY,
    .body = pause_members,
    .answer = account_doc_status_members,
    .action = "account.pause",
};

/* ---- resume, clear ------------------------------------------------------- */

static void resume_it(struct vitals *vitals, const struct saying *saying)
{
    (void)saying;
    vitals_resume(vitals);
}

static struct flow_next resume(struct flow *flow)
{
    return say(admin_request_of(flow), resume_it,
               &(struct saying){ .now_ms = clock_wall_ms() });
}

const struct admin_endpoint vitals_routes_resume = {
    .first = resume,
    .tag = TAG,
    .summary = "End the operator's pause of an account",
    .body_max = ADMIN_BODY,
    .answer = account_doc_status_members,
    .action = "account.resume",
};

static void clear_it(struct vitals *vitals, const struct saying *saying)
{
    (void)saying;
    vitals_clear(vitals);
}

static struct flow_next clear(struct flow *flow)
{
    return say(admin_request_of(flow), clear_it,
               &(struct saying){ .now_ms = clock_wall_ms() });
}

const struct admin_endpoint vitals_routes_clear = {
    .first = clear,
    .tag = TAG,
    .summary = "Forget what answers taught of an account: pauses, blocks",
    .body_max = ADMIN_BODY,
    .answer = account_doc_status_members,
    .action = "account.clear",
};
