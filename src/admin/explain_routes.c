// SPDX-License-Identifier: MIT
/* A would-be request, and the accounts that could serve it. */
#include "admin/explain_routes.h"

#include "account/vitals.h"
#include "admin/request.h"
#include "admin/vitals_doc.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "relay/admit.h"
#include "relay/candidates.h"
#include "relay/owner.h"
#include "team/keys.h"

/* ---- what is asked for --------------------------------------------------- */

/* NULL, and true: of nobody with a key. */
static bool find_key(struct admin_request *x, struct key **key)
{
    struct str name;

    *key = NULL;
    if (!json_doc_get_str(x->body, "key", &name))
        return true;
    *key = keyring_need(keys_ring(x->admin->options.keys), name, &x->err);
    return *key;
}

static struct str text_of(const struct json_doc *body, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(body, member, &text);
    return text;
}

/* Of a batch or a file that it would name; 0: nobody is known. */
static uint64_t owner_of(struct admin_request *x, const struct key *key)
{
    struct str id = text_of(x->body, "id");

    return id.len > 0
               ? owner_by_id(x->admin->options.accounts, key, hash_number(id))
               : 0;
}

/* It is looked at before any account is. */
static bool may_come_to_that(const struct admin_request *x,
                             const struct key *key, struct err *err)
{
    const struct counters_now now = { clock_steady_ms(), clock_wall_ms() };

    return !key || admit_would(key, text_of(x->body, "model"), now, err);
}

/* ---- what is answered ---------------------------------------------------- */

/* As the candidates have it; of the operator's pause with what he noted. */
static void set_cause(struct json_doc *doc, const struct candidates *c,
                      size_t i)
{
    static const struct health_file fine;
    bool held = c->rows[i].health.held;
    struct vitals_copy copy;
    struct health_view view;
    const char *called = "";

    vitals_copy(c->at[i]->vitals, &copy);
    view = held ? health_view_held(&copy.health, c->ask.now_ms)
                : health_view(&copy.health, &fine,
                              health_family_of(c->ask.model), c->ask.now_ms);
    if (view.state == HEALTH_READY)
        view = vitals_copy_view_token(&copy, c->ask.now_ms);
    if (held && !str_eq(str_of(view.cause), STR(HEALTH_HELD)))
        called = HEALTH_HELD ": ";
    json_doc_set_str(doc, "cause",
                     arena_printf(c->ask.arena, "%s%s", called, view.cause));
}

static void set_why(struct json_doc *doc, const struct candidates *c, size_t i)
{
    const struct choice_row *row = &c->rows[i];
    const struct account *account = c->at[i];
    enum choice_why why = c->whys[i];
    char until[TEXT_TIME_MAX];

    json_doc_set_str(doc, "why", str_of(choice_why_word(why)));
    json_doc_set_str(doc, "state",
                     str_of(vitals_doc_state(account, clock_wall_ms())));
    if (row->health.state != HEALTH_PAUSED)
        return;
    text_format_time(row->health.until_ms, until);
    json_doc_set_str(doc, "until", str_of(until));
    set_cause(doc, c, i);
}

static struct json_doc *row_doc(const struct candidates *c, size_t i)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "account", c->rows[i].name);
    set_why(doc, c, i);
    return doc;
}

/* NULL: none would. */
static const struct choice_row *choose(const struct admin_request *x,
                                       struct candidates *c, struct err *err)
{
    size_t chosen = candidates_choose(c);

    if (!may_come_to_that(x, c->ask.key, err)) {
        if (chosen != CHOICE_NONE)
            c->whys[chosen] = CHOICE_OTHER;
        return NULL;
    }
    if (chosen != CHOICE_NONE)
        return &c->rows[chosen];
    (void)candidates_refuse(c, err);
    return NULL;
}

static struct json_doc *answer_doc(const struct admin_request *x,
                                   struct candidates *c)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *rows = json_doc_new_array();
    struct err err;
    const struct choice_row *chosen = choose(x, c, &err);

    for (size_t i = 0; i < c->count; i++)
        json_doc_add(rows, row_doc(c, i));
    json_doc_set(doc, "account",
                 chosen ? json_doc_new_str(chosen->name) : json_doc_new_null());
    if (!chosen)
        json_doc_set_str(doc, "refused", str_of(err.text));
    json_doc_set(doc, "accounts", rows);
    return doc;
}

static struct flow_next post(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct candidates candidates;
    struct str name = text_of(x->body, "account");
    struct str session = name.len > 0 ? STR_EMPTY : text_of(x->body, "session");
    struct json_doc *doc;
    struct key *key;

    if (!find_key(x, &key))
        return admin_refuse(x);
    candidates_look(&candidates,
                    &(struct candidates_ask){
                        .accounts = x->admin->options.accounts,
                        .key = key,
                        .name = name,
                        .model = text_of(x->body, "model"),
                        .takes_place = true,
                        .session =
                            candidates_session(x->req->arena, key ? key->id : 0,
                                               session),
                        .owner = name.len > 0 ? 0 : owner_of(x, key),
                        .now_ms = clock_wall_ms(),
                        .arena = x->req->arena });
    doc = answer_doc(x, &candidates);
    candidates_done(&candidates);
    key_unref(key);
    return admin_reply(x, doc);
}

static const struct admin_member body_members[] = {
    { "key", ADMIN_TEXT, 0,
      "whose request it would be: its name; absent: one of this machine, "
      "while it needs no key",
      NULL },
    { "model", ADMIN_TEXT, 0, "that it would ask for", NULL },
    { "account", ADMIN_TEXT, 0,
      "that it would name (X-Account-Name): all others are left out", NULL },
    { "session", ADMIN_TEXT, 0, "of which it would be", NULL },
    { "id", ADMIN_TEXT, 0, "of a batch, a file or the like that it would name",
      NULL },
    ADMIN_END,
};
static const struct admin_member row_members[] = {
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    { "why", ADMIN_TEXT, ADMIN_REQUIRED,
      "chosen, or why not: not_allowed, not_owner (it did not make what the "
      "request names), stopped, paused, full, no_model, later, "
      "not_bound, priority, other (it could be this one)",
      NULL },
    { "state", ADMIN_TEXT, ADMIN_REQUIRED, "how it is", NULL },
    { "until", ADMIN_TEXT, 0, "when its pause ends (RFC 3339)", NULL },
    { "cause", ADMIN_TEXT, 0,
      "why it is paused; of the operator's pause the note, too", NULL },
    ADMIN_END,
};
static const struct admin_member rows_members[] = {
    { .type = ADMIN_OBJECT, .text = "one", .members = row_members },
    ADMIN_END,
};
static const struct admin_member answer_members[] = {
    { "account", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "which would serve it; null: none", NULL },
    { "refused", ADMIN_TEXT, 0,
      "what the client would be told: of its key, whose limits may be used up, "
      "or of the accounts",
      NULL },
    { "accounts", ADMIN_LIST, ADMIN_REQUIRED, "in the order of their names",
      rows_members },
    ADMIN_END,
};
const struct admin_endpoint explain_routes_post = {
    .first = post,
    .tag = "accounts",
    .summary = "Which account would serve a request, and why not the others",
    .body_max = ADMIN_BODY,
    .body = body_members,
    .answer = answer_members,
};
