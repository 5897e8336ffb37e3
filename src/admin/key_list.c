// SPDX-License-Identifier: MIT
/* Lists of relay keys over HTTP, and of their tags. */
#include "admin/key_list.h"

#include <assert.h>

#include "admin/key_members.h"
#include "admin/key_routes.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/when.h"

#define TAG "keys"

/* ---- what is asked for ---------------------------------------------------- */

#define PAGE_DEFAULT 50

static bool take_number(struct admin_request *x, const char *name, uint64_t max,
                        uint64_t *value)
{
    struct str text;

    if (!admin_query(x, name, &text))
        return true;
    return str_to_u64(text, max, value) ||
           REASON_SET(&x->err, NUMBER_TOO_LARGE, name, (unsigned long long)max);
}

static bool is_state(struct str state)
{
    static const char *const states[] = { "", "active", "disabled", "revoked",
                                          "expired" };

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (str_eq(state, str_of(states[i])))
            return true;
    }
    return false;
}

/* A list of nothing would look as if the group were empty. */
static bool has_group(struct admin_request *x, struct str name)
{
    struct key_group *group;

    if (name.len == 0)
        return true;
    group =
        keyring_need_group(keys_ring(x->admin->options.keys), name, &x->err);
    key_group_unref(group);
    return group != NULL;
}

/* A moment; 0 if there is none. */
static bool take_time(struct admin_request *x, const char *name, uint64_t *ms)
{
    struct str value;
    char text[SHOWN_MAX];

    if (!admin_query(x, name, &value) || value.len == 0)
        return true;
    return when_parse_in(x->admin->options.zone ? x->admin->options.zone
                                                : zone_utc(),
                         value, false, clock_wall_ms(), ms) ||
           REASON_SET(&x->err, TIME_INVALID, name, WHEN_FORMS_IN_ZONE,
                      shown(value, text));
}

/* ---- its order ------------------------------------------------------------ */

/* To add one: a row, and its mark in team/keyring_sorted. */
static const char *const orders[] = {
    [KEYRING_BY_ID] = "id",
    [KEYRING_BY_NAME] = "name",
    [KEYRING_BY_OWNER] = "owner",
    [KEYRING_BY_LAST_USE] = "last_used_at",
    [KEYRING_BY_REQUESTS_TODAY] = "requests_today",
    [KEYRING_BY_COST_30D] = "cost_30d",
    [KEYRING_BY_TIGHTEST] = "tightest",
};
static_assert(COUNT_OF(orders) == KEYRING_ORDERS, "each has a name");
#define ORDERS                                                                 \
    "id, name, owner, last_used_at, requests_today, cost_30d or tightest"

static bool take_order(struct admin_request *x, struct keyring_query *query)
{
    struct str sort = STR("id");
    struct str order = STR("asc");

    (void)admin_query(x, "sort", &sort);
    (void)admin_query(x, "order", &order);
    query->falling = str_eq(order, STR("desc"));
    if (!query->falling && !str_eq(order, STR("asc")))
        return REASON_SET(&x->err, ORDER_UNKNOWN);
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        if (str_eq(sort, str_of(orders[i]))) {
            query->order = (enum keyring_order)i;
            return true;
        }
    }
    return REASON_SET(&x->err, SORT_UNKNOWN, ORDERS);
}

static bool is_by_rising_id(const struct keyring_query *query)
{
    return query->order == KEYRING_BY_ID && !query->falling;
}

/* As write_cursor() wrote it: "ID", or "ID.NUMBER.TEXT". */
static bool take_cursor(struct admin_request *x, struct keyring_query *query)
{
    struct str id;
    struct str number;
    struct str rest;

    if (!admin_query(x, "cursor", &rest))
        return true;
    if (is_by_rising_id(query))
        return take_number(x, "cursor", INT64_MAX, &query->after);
    if (str_next(&rest, '.', &id) && str_next(&rest, '.', &number) &&
        str_to_u64(id, INT64_MAX, &query->behind.id) &&
        str_to_u64(number, UINT64_MAX, &query->behind.number)) {
        query->behind.text = rest;
        return true;
    }
    return REASON_SET(&x->err, KEY_CURSOR_UNKNOWN);
}

static bool take_query(struct admin_request *x, struct keyring_query *query)
{
    struct {
        const char *name;
        struct str *value;
    } texts[] = { { "search", &query->search }, { "name", &query->name },
                  { "owner", &query->owner },   { "tag", &query->tag },
                  { "group", &query->group },   { "state", &query->state } };
    uint64_t max = PAGE_DEFAULT;

    *query = (struct keyring_query){ .max = 0 };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        (void)admin_query(x, texts[i].name, texts[i].value);
    if (!has_group(x, query->group))
        return false;
    if (!is_state(query->state))
        return REASON_SET(&x->err, KEY_STATE_UNKNOWN);
    query->steady_ms = clock_steady_ms();
    if (!take_time(x, "used_since", &query->used_since_ms) ||
        !take_time(x, "unused_since", &query->unused_since_ms) ||
        !take_number(x, "limit", KEYRING_PAGE_MAX, &max) ||
        !take_order(x, query) || !take_cursor(x, query))
        return false;
    query->max = (size_t)max;
    return max > 0 || REASON_SET(&x->err, LIMIT_OUT_OF_RANGE, KEYRING_PAGE_MAX);
}

/* A list: found and described in parts, for there may be very many keys. */
struct listing {
    struct keyring_query query;
    struct keyring_page page;
    struct json_doc
        *list;    /* of the page's keys, as far as they are described */
    size_t bytes; /* of those */
};

/* Patterns and notes may be long: a page that holds so much ends there, and the next one
   goes on. */
#define PAGE_FULL (1024u * 1024)
#define KEY_BYTES_MAX (1024u * 1024)

/* Some two milliseconds of work. */
#define DOCS_A_TURN 50

static void drop_listing(void *state)
{
    struct listing *listing = state;

    json_doc_free(listing->list);
    keyring_page_done(&listing->page);
}

static bool is_first(const struct keyring_query *query)
{
    return query->after == 0 && query->behind.id == 0;
}

#define CURSOR_MAX 4096

static struct json_doc *write_cursor(const struct listing *listing)
{
    const struct keyring_page *page = &listing->page;
    const struct keyring_mark *last = &page->marks[page->count - 1];
    struct json_doc *cursor;
    struct buf out;

    buf_init(&out, CURSOR_MAX);
    if (is_by_rising_id(&listing->query))
        buf_printf(&out, "%llu", (unsigned long long)page->next);
    else
        buf_printf(&out, "%llu.%llu." STR_FMT, (unsigned long long)last->id,
                   (unsigned long long)last->number, STR_ARG(last->text));
    cursor = json_doc_new_str(buf_str(&out));
    buf_done(&out);
    return cursor;
}

/* Takes the list. */
static struct json_doc *page_doc(struct listing *listing)
{
    const struct keyring_page *page = &listing->page;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set(doc, "keys", listing->list);
    listing->list = NULL;
    json_doc_set(doc, "next_cursor",
                 page->next ? write_cursor(listing) : json_doc_new_null());
    if (is_first(&listing->query))
        json_doc_set_u64(doc, "total", page->total);
    else
        json_doc_set(doc, "total", json_doc_new_null());
    return doc;
}

static size_t length_of(const struct json_doc *doc)
{
    struct buf text;
    size_t len;

    buf_init(&text, KEY_BYTES_MAX);
    len = json_doc_write(doc, false, &text) ? text.len : KEY_BYTES_MAX;
    buf_done(&text);
    return len;
}

/* The next key of the page, which ends with it if it is full. */
static void describe_one(struct listing *listing)
{
    size_t done = json_doc_count(listing->list);
    struct json_doc *doc = key_routes_doc(listing->page.at[done]);

    listing->bytes += length_of(doc);
    json_doc_add(listing->list, doc);
    if (listing->bytes >= PAGE_FULL)
        keyring_page_cut(&listing->page, done + 1);
}

static struct flow_next describe(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = x->state;
    size_t end = json_doc_count(listing->list) + DOCS_A_TURN;

    while (json_doc_count(listing->list) < listing->page.count) {
        if (json_doc_count(listing->list) == end)
            return admin_rest(x, describe);
        describe_one(listing);
    }
    return admin_reply(x, page_doc(listing));
}

static struct flow_next search(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = x->state;
    bool done =
        keyring_page_step(keys_ring(x->admin->options.keys), &listing->query,
                          clock_wall_ms(), &listing->page);

    return done ? flow_go(describe) : admin_rest(x, search);
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = x->state;

    if (!take_query(x, &listing->query))
        return admin_refuse(x);
    keyring_page_begin(&listing->query, &listing->page);
    listing->list = json_doc_new_array();
    return flow_go(search);
}

/* ---- tags ------------------------------------------------------------------ */

static void drop_tags(void *state)
{
    keyring_tags_done(state);
}

static struct flow_next list_tags(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct keyring_tags *tags = x->state;
    struct json_doc *doc;
    struct json_doc *list;

    if (!keyring_tags_step(keys_ring(x->admin->options.keys), tags))
        return admin_rest(x, list_tags);
    doc = json_doc_new_object();
    list = json_doc_new_array();
    for (size_t i = 0; i < tags->count; i++) {
        struct json_doc *one = json_doc_new_object();

        json_doc_set_str(one, "tag", str_of(tags->at[i].name));
        json_doc_set_u64(one, "keys", tags->at[i].keys);
        json_doc_add(list, one);
    }
    json_doc_set(doc, "tags", list);
    json_doc_set_bool(doc, "more", tags->more);
    return admin_reply(x, doc);
}

/* ---- the endpoints ------------------------------------------------------- */

static const struct admin_member list_query[] = {
    { "search", ADMIN_TEXT, 0, "somewhere in name, owner or a tag", NULL },
    { "name", ADMIN_TEXT, 0, "somewhere in the name", NULL },
    { "owner", ADMIN_TEXT, 0, "somewhere in the owner", NULL },
    { "tag", ADMIN_TEXT, 0, "a whole tag", NULL },
    { "group", ADMIN_TEXT, 0, "name or id of a group", NULL },
    { "state", ADMIN_TEXT, 0, "active, disabled, revoked or expired", NULL },
    { "used_since", ADMIN_TEXT, 0,
      "last used then or later: " WHEN_FORMS_IN_ZONE, NULL },
    { "unused_since", ADMIN_TEXT, 0,
      "made before, and not used since then: " WHEN_FORMS_IN_ZONE, NULL },
    { "sort", ADMIN_TEXT, 0, "by what they go: " ORDERS "; id", NULL },
    { "order", ADMIN_TEXT, 0, "asc or desc; asc", NULL },
    { "limit", ADMIN_NUMBER, 0,
      "how many at most, 1 to 200; 50. A page of 1 MB ends, too", NULL },
    { "cursor", ADMIN_TEXT, 0, "next_cursor of the page before", NULL },
    ADMIN_END,
};
static const struct admin_member one_key[] = {
    { .type = ADMIN_OBJECT, .text = "a key", .members = key_members_shown },
    ADMIN_END,
};
static const struct admin_member list_answer[] = {
    { "keys", ADMIN_LIST, ADMIN_REQUIRED, "in the order that was asked for",
      one_key },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the next page; null: this was the last", NULL },
    { "total", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "how many keys match, on all pages; null with a cursor: the first page "
      "has told it",
      NULL },
    ADMIN_END,
};
static const struct admin_member tag_members[] = {
    { "tag", ADMIN_TEXT, ADMIN_REQUIRED, "in small letters", NULL },
    { "keys", ADMIN_NUMBER, ADMIN_REQUIRED, "how many keys have it", NULL },
    ADMIN_END,
};
static const struct admin_member one_tag[] = {
    { .type = ADMIN_OBJECT, .text = "a tag", .members = tag_members },
    ADMIN_END,
};
static const struct admin_member tags_answer[] = {
    { "tags", ADMIN_LIST, ADMIN_REQUIRED, "in their order", one_tag },
    { "more", ADMIN_BOOL, ADMIN_REQUIRED, "there are more than these 1000",
      NULL },
    ADMIN_END,
};

const struct admin_endpoint key_list_keys = {

    .first = list,
    .state_size = sizeof(struct listing),
    .drop = drop_listing,
    .tag = TAG,
    .summary = "Keys, in pages",
    .query = list_query,
    .answer = list_answer,
};
const struct admin_endpoint key_list_tags = {
    .first = list_tags,
    .state_size = sizeof(struct keyring_tags),
    .drop = drop_tags,
    .tag = TAG,
    .summary = "The tags that keys have",
    .answer = tags_answer,
};
