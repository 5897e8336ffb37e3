// SPDX-License-Identifier: MIT
/* Groups of relay keys over HTTP. */
#include "admin/group_routes.h"

#include "admin/key_members.h"
#include "admin/key_routes.h"
#include "admin/key_warnings.h"
#include "admin/listed.h"
#include "base/reason.h"

#define TAG "groups"

static struct json_doc *doc_of(struct keyring *ring,
                               const struct key_group *group)
{
    struct json_doc *doc = key_routes_group_doc(group);

    json_doc_set_u64(doc, "keys", keyring_group_keys(ring, group->id));
    return doc;
}

static struct json_doc *doc_with_warnings(const struct admin_request *x,
                                          const struct key_group *group)
{
    struct json_doc *doc = doc_of(keys_ring(x->admin->options.keys), group);

    key_warnings_add_group(doc, group);
    return doc;
}

/* ---- changing ------------------------------------------------------------ */

static struct flow_next changed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct key_changing *changing = x->state;

    if (!key_changing_is_over(x))
        return flow_sleep_then(changed);
    if (!key_changing_went_well(x))
        return admin_refuse(x);
    return admin_reply(x, doc_with_warnings(x, key_change_group(
                                                   changing->change)));
}

static struct flow_next create(struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_GROUP_CREATE,
                            changed);
}

static struct flow_next patch(struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_GROUP_CHANGE,
                            changed);
}

static struct flow_next delete (struct flow *flow)
{
    return key_changing_ask(admin_request_of(flow), KEY_OP_GROUP_REMOVE,
                            changed);
}

/* ---- looking ------------------------------------------------------------- */

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct key_group *group =
        keyring_need_group(keys_ring(x->admin->options.keys), x->match.at[0],
                           &x->err);
    struct json_doc *doc;

    if (!group)
        return admin_refuse(x);
    doc = doc_with_warnings(x, group);
    key_group_unref(group);
    return admin_reply(x, doc);
}

struct listing {
    struct listed listed;
    uint64_t after; /* the id of the last one shown */
    uint64_t left;  /* so many are asked for yet */
};

static void drop_listing(void *state)
{
    struct listing *listing = state;

    listed_done(&listing->listed);
}

static struct json_doc *next_group(struct admin_request *x)
{
    struct listing *listing = x->state;
    struct keyring *ring = keys_ring(x->admin->options.keys);
    struct key_group *group =
        listing->left > 0 ? keyring_after_group(ring, listing->after) : NULL;
    struct json_doc *doc;

    if (!group)
        return NULL;
    listing->left--;
    listing->after = group->id;
    doc = doc_of(ring, group);
    key_group_unref(group);
    return doc;
}

static void add_cursor(struct admin_request *x, struct buf *out)
{
    const struct listing *listing = x->state;
    struct key_group *more =
        keyring_after_group(keys_ring(x->admin->options.keys), listing->after);

    if (more)
        buf_printf(out, ",\"next_cursor\":\"%llu\"",
                   (unsigned long long)listing->after);
    else
        buf_add(out, STR(",\"next_cursor\":null"));
    key_group_unref(more);
}

static bool take_number(struct admin_request *x, const char *name,
                        uint64_t *number)
{
    struct str text;

    return !admin_query(x, name, &text) ||
           (str_to_u64(text, INT64_MAX, number) && *number > 0) ||
           REASON_SET(&x->err, NUMBER_FROM_ONE, name,
                      (unsigned long long)INT64_MAX);
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = x->state;

    listing->listed = (struct listed){ .member = "groups",
                                       .next = next_group,
                                       .end = add_cursor };
    listing->left = UINT64_MAX;
    if (!take_number(x, "limit", &listing->left) ||
        !take_number(x, "cursor", &listing->after))
        return admin_refuse(x);
    return listed_reply(x, &listing->listed);
}

/* ---- the endpoints ------------------------------------------------------- */

static const struct admin_member one_group[] = {
    { .type = ADMIN_OBJECT, .text = "a group", .members = group_members_shown },
    ADMIN_END,
};
static const struct admin_member list_answer[] = {
    { "groups", ADMIN_LIST, ADMIN_REQUIRED, "by rising id", one_group },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the next page; null: this was the last", NULL },
    ADMIN_END,
};
static const struct admin_member list_query[] = {
    { "limit", ADMIN_NUMBER, 0, "how many at most; all", NULL },
    { "cursor", ADMIN_TEXT, 0, "next_cursor of the page before", NULL },
    ADMIN_END,
};

const struct admin_endpoint group_routes_create = {
    KEY_CHANGING,
    .tag = TAG,
    .first = create,
    .summary = "Make a group of keys, with limits for all of them together",
    .body = group_members_create,
    .answer = group_members_shown,
    .status = 201,
    .action = "group.create",
    .target = "name",
};
const struct admin_endpoint group_routes_list = {
    .first = list,
    .state_size = sizeof(struct listing),
    .drop = drop_listing,
    .tag = TAG,
    .summary = "All groups",
    .query = list_query,
    .answer = list_answer,
};
const struct admin_endpoint group_routes_get = {
    .first = get,
    .tag = TAG,
    .summary = "A group, by id or name, and what is used of its limits",
    .answer = group_members_shown,
};
const struct admin_endpoint group_routes_change = {
    KEY_CHANGING,
    .tag = TAG,
    .first = patch,
    .summary = "Change what is named; null takes a member away",
    .body = group_members_change,
    .answer = group_members_shown,
    .action = "group.change",
};
const struct admin_endpoint group_routes_delete = {
    KEY_CHANGING,
    .tag = TAG,
    .first = delete,
    .summary = "Remove a group that has no keys any more",
    .answer = group_members_shown,
    .action = "group.remove",
};
