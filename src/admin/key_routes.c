// SPDX-License-Identifier: MIT
/* Relay keys over HTTP. */
#include "admin/key_routes.h"

#include "admin/audited.h"
#include "admin/key_members.h"
#include "admin/key_warnings.h"
#include "admin/use_doc.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/text.h"
#include "usage/price_board.h"

#define TAG "keys"

/* ---- documents ----------------------------------------------------------- */

static struct counters_now now(void)
{
    return (struct counters_now){ .steady_ms = clock_steady_ms(),
                                  .wall_ms = clock_wall_ms() };
}

struct json_doc *key_routes_doc(const struct key *key)
{
    struct json_doc *doc = key_doc(key, clock_wall_ms());

    use_doc_set(doc, &(struct use_doc_of){ .counters = key->counters,
                                           .limits = &key->limits,
                                           .zone = key->zone,
                                           .now = now() });
    return doc;
}

struct json_doc *key_routes_group_doc(const struct key_group *group)
{
    struct json_doc *doc = key_group_doc(group);

    use_doc_set(doc, &(struct use_doc_of){ .counters = group->counters,
                                           .limits = &group->limits,
                                           .zone = group->zone,
                                           .now = now() });
    return doc;
}

/* Of one that somebody looks at; not in lists. */
static struct json_doc *doc_with_warnings(const struct admin_request *x,
                                          const struct key *key)
{
    struct json_doc *doc = key_routes_doc(key);
    struct prices *prices = price_board_take(x->admin->prices);

    key_warnings_add(doc, key, x->admin->options.accounts, prices);
    prices_unref(prices);
    return doc;
}

/* ---- changing ------------------------------------------------------------ */

static struct key_changing *changing_of(const struct admin_request *x)
{
    return x->state;
}

void key_changing_drop(void *state)
{
    struct key_changing *changing = state;

    key_change_free(changing->change);
    changing->change = NULL;
}

struct flow_next key_changing_start(struct admin_request *x,
                                    const struct key_ask *ask, flow_step then)
{
    const struct admin_options *options = &x->admin->options;

    struct key_ask whole = *ask;

    whole.audit = audited_hand_over(x);
    changing_of(x)->change =
        key_change_start(keys_changes(options->keys), options->loop, &whole,
                         admin_wake, x);
    return flow_sleep_then(then);
}

struct flow_next key_changing_ask(struct admin_request *x, enum key_op op,
                                  flow_step then)
{
    const struct key_ask ask = {
        .op = op,
        .of = x->match.count > 0 ? x->match.at[0] : STR_EMPTY,
        .change = x->body,
    };

    return key_changing_start(x, &ask, then);
}

bool key_changing_is_over(const struct admin_request *x)
{
    return key_change_is_done(changing_of(x)->change);
}

bool key_changing_went_well(struct admin_request *x)
{
    const struct err *err = key_change_error(changing_of(x)->change);

    if (err)
        x->err = *err;
    return !err;
}

/* The key as it is now; with its text where there is a new one. */
static struct flow_next changed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct key_change *change = changing_of(x)->change;
    struct json_doc *doc;
    struct str text;

    if (!key_changing_is_over(x))
        return flow_sleep_then(changed);
    if (!key_changing_went_well(x))
        return admin_refuse(x);
    doc = doc_with_warnings(x, key_change_key(change));
    text = key_change_text(change);
    if (text.len > 0)
        json_doc_set_str(doc, "key", text);
    return admin_reply(x, doc);
}

static struct flow_next create(struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_CREATE, changed);
}

static struct flow_next patch(struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_CHANGE, changed);
}

static struct flow_next restore(struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_RESTORE, changed);
}

static struct flow_next delete (struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct str purge;
    bool purges = admin_query(x, "purge", &purge) && str_eq(purge, STR("true"));

    if (purges)
        audit_action(x->audit, "key.purge");
    return key_changing_ask(x, purges ? KEY_OP_PURGE : KEY_OP_REVOKE, changed);
}

/* "24h"; "0s" ends former texts at once. */
static bool take_overlap(struct admin_request *x, uint64_t *ms)
{
    struct str text;

    *ms = KEY_OVERLAP_DEFAULT_MS;
    if (!json_doc_get_str(x->body, "overlap", &text))
        return true;
    if (str_eq(text, STR("0"))) {
        *ms = 0;
        return true;
    }
    return (text_parse_duration(text, ms) && *ms <= KEY_OVERLAP_MAX_MS) ||
           REASON_SET(&x->err, OVERLAP_INVALID);
}

static struct flow_next rotate(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct key_ask ask = { .op = KEY_OP_ROTATE, .of = x->match.at[0] };

    if (!take_overlap(x, &ask.overlap_ms))
        return admin_refuse(x);
    return key_changing_start(x, &ask, changed);
}

/* ---- looking ------------------------------------------------------------- */

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct key *key = keyring_need(keys_ring(x->admin->options.keys),
                                   x->match.at[0], &x->err);
    struct json_doc *doc;

    if (!key)
        return admin_refuse(x);
    doc = doc_with_warnings(x, key);
    key_unref(key);
    return admin_reply(x, doc);
}

/* ---- the endpoints ------------------------------------------------------- */

static const struct admin_member delete_query[] = {
    { "purge", ADMIN_BOOL, 0,
      "take a revoked key away for good, with all that was counted for its "
      "limits; its bookings stay",
      NULL },
    ADMIN_END,
};
static const struct admin_member rotate_body[] = {
    { "overlap", ADMIN_TEXT, ADMIN_OR_NULL,
      "how long the former text lives on; 24h", NULL },
    ADMIN_END,
};

const struct admin_endpoint key_routes_create = {
    KEY_CHANGING,
    .tag = TAG,
    .first = create,
    .summary = "Make a key; its text is shown in this answer only",
    .body = key_members_create,
    .answer = key_members_made,
    .status = 201,
    .action = "key.create",
    .target = "name",
};
const struct admin_endpoint key_routes_get = {
    .first = get,
    .tag = TAG,
    .summary = "A key, by id or name, and what is used of its limits",
    .answer = key_members_shown,
};
const struct admin_endpoint key_routes_change = {
    KEY_CHANGING,
    .tag = TAG,
    .first = patch,
    .summary = "Change what is named; null takes a member away",
    .body = key_members_change,
    .answer = key_members_shown,
    .action = "key.change",
};
const struct admin_endpoint key_routes_delete = {
    KEY_CHANGING,
    .tag = TAG,
    .first = delete,
    .summary = "Revoke a key: refused at the very next request",
    .query = delete_query,
    .answer = key_members_shown,
    .action = "key.revoke",
};
const struct admin_endpoint key_routes_restore = {
    KEY_CHANGING,
    .tag = TAG,
    .first = restore,
    .summary = "Take a revocation back",
    .answer = key_members_shown,
    .action = "key.restore",
};
const struct admin_endpoint key_routes_rotate = {
    KEY_CHANGING,
    .tag = TAG,
    .first = rotate,
    .summary = "Give a key a new text; the former one lives on for a while",
    .body = rotate_body,
    .answer = key_members_made,
    .action = "key.rotate",
};
