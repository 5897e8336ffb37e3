// SPDX-License-Identifier: MIT
/* What a key may. */
#include "admin/me.h"

#include "admin/key_members.h"
#include "admin/request.h"
#include "admin/use_doc.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/text.h"

/* ---- the key that asks --------------------------------------------------- */

/* The refusal is that of the key, if one was presented. */
struct key *me_find_key(struct admin_request *x)
{
    struct caller caller = { .key = NULL };
    struct key *key = NULL;

    caller_find(&caller, x->admin->options.callers, x->req, RIGHT_RELAY);
    caller_note(&caller, x->req);
    caller_vouch(&caller, x->req);
    if (!caller_may(&caller, RIGHT_RELAY, &x->err))
        key = NULL;
    else if (caller.key)
        key = key_ref(caller.key);
    else
        (void)REASON_SET(&x->err, ME_NEEDS_KEY);
    caller_done(&caller);
    return key;
}

/* ---- what it is told ----------------------------------------------------- */

static struct json_doc *use_of(struct counters *counters,
                               const struct limits *limits,
                               const struct zone *zone)
{
    return use_doc_limits(
        &(struct use_doc_of){ .counters = counters,
                              .limits = limits,
                              .zone = zone,
                              .now = { .steady_ms = clock_steady_ms(),
                                       .wall_ms = clock_wall_ms() } });
}

static struct json_doc *group_doc(const struct key *key)
{
    struct key_group *group = key_group_of(key);
    struct json_doc *doc;

    if (!group)
        return json_doc_new_null();
    doc = json_doc_new_object();
    json_doc_set_str(doc, "name", str_of(group->name));
    json_doc_set(doc, "limits",
                 use_of(group->counters, &group->limits, group->zone));
    json_doc_set_str(doc, "time_zone", str_of(zone_name(group->zone)));
    key_group_unref(group);
    return doc;
}

/* Of what its owner gave it, only what the holder has to know: neither notes nor
   accounts nor addresses. */
static struct json_doc *doc_of(const struct key *key)
{
    struct json_doc *all = key_doc(key, clock_wall_ms());
    struct json_doc *doc = json_doc_new_object();
    static const char *const told[] = { "id",     "name",        "prefix",
                                        "last4",  "state",       "allow",
                                        "models", "deny_models", "expires_at",
                                        "proxy",  "queue_wait" };

    for (size_t i = 0; i < COUNT_OF(told); i++)
        json_doc_set(doc, told[i], json_doc_copy(json_doc_get(all, told[i])));
    json_doc_free(all);
    json_doc_set_str(doc, "time_zone", str_of(zone_name(key->zone)));
    json_doc_set(doc, "limits", use_of(key->counters, &key->limits, key->zone));
    json_doc_set(doc, "total",
                 use_doc_total(&(struct use_doc_of){
                     .counters = key->counters,
                     .limits = &key->limits,
                     .zone = key->zone,
                     .now = { clock_steady_ms(), clock_wall_ms() } }));
    json_doc_set(doc, "group", group_doc(key));
    return doc;
}

static struct flow_next show(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct key *key = me_find_key(x);
    struct json_doc *doc;

    if (!key)
        return admin_refuse(x);
    doc = doc_of(key);
    key_unref(key);
    return admin_reply(x, doc);
}

static const struct admin_member texts[] = {
    { .type = ADMIN_TEXT, .text = "one of them" },
    ADMIN_END,
};
static const struct admin_member group_members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "of the group", NULL },
    { "limits", ADMIN_OBJECT, ADMIN_REQUIRED, "of all its keys together",
      use_doc_limits_members },
    { "time_zone", ADMIN_TEXT, ADMIN_REQUIRED, "whose calendar counts", NULL },
    ADMIN_END,
};
static const struct admin_member answer[] = {
    { "id", ADMIN_NUMBER, ADMIN_REQUIRED, "of the key", NULL },
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "of the key", NULL },
    { "prefix", ADMIN_TEXT, ADMIN_REQUIRED, "how its text begins", NULL },
    { "last4", ADMIN_TEXT, ADMIN_REQUIRED, "how its text ends", NULL },
    { "state", ADMIN_TEXT, ADMIN_REQUIRED, "active", NULL },
    { "allow", ADMIN_LIST, ADMIN_REQUIRED, "what it may call", texts },
    { "models", ADMIN_LIST, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "patterns of those it may use; null: all", texts },
    { "deny_models", ADMIN_LIST, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "patterns of those it may not use", texts },
    { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "RFC 3339",
      NULL },
    { "proxy", ADMIN_BOOL, ADMIN_REQUIRED, "may requests name their own proxy?",
      NULL },
    { "queue_wait", ADMIN_TEXT, ADMIN_REQUIRED,
      "how long a request waits for a free slot", NULL },
    { "time_zone", ADMIN_TEXT, ADMIN_REQUIRED, "whose calendar counts", NULL },
    { "limits", ADMIN_OBJECT, ADMIN_REQUIRED, "and what is used of each",
      use_doc_limits_members },
    { "total", ADMIN_OBJECT, ADMIN_REQUIRED, "all that was ever used",
      use_doc_total_members },
    { "group", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "that the key belongs to", group_members },
    ADMIN_END,
};

const struct admin_endpoint me_show = {
    .first = show,
    .tag = "keys",
    .summary = "Of the key that asks: its limits, and what is used of them",
    .answer = answer,
};
