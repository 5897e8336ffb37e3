// SPDX-License-Identifier: MIT
/* A document, as key_check_doc() lets it pass, read into a snapshot.  What was checked
   long ago by another version may still be wrong: each step says so. */
#include "base/mem.h"
#include "base/text.h"
#include "base/zones.h"
#include "team/key_build.h"
#include "team/key_words.h"
#include "team/patterns.h"

bool key_fill_zone(const struct zone **zone, const struct json_doc *doc,
                   const struct key_parts *parts, struct err *err)
{
    struct str name;

    *zone = parts->zone;
    if (!json_doc_get_str(doc, "time_zone", &name))
        return true;
    *zone = zones_find(parts->zones, name, err);
    return *zone || err_wrap(err, "time_zone");
}

/* ---- limits -------------------------------------------------------------- */

struct filling {
    struct limits *limits;
    struct err *err;
};

static bool fill_limit(void *arg, struct str name, struct json_doc *value)
{
    struct filling *filling = arg;
    enum limit limit;

    if (!limit_find(name, &limit))
        return err_set(filling->err, ERR_BAD_REQUEST, "unknown limit");
    return json_doc_is_null(value) ||
           key_limit_value(limit, value, &filling->limits->at[limit],
                           filling->err);
}

bool key_fill_limits(struct limits *limits, const struct json_doc *doc,
                     struct err *err)
{
    struct filling filling = { .limits = limits, .err = err };

    limits_init(limits);
    return json_doc_each(json_doc_get(doc, "limits"), fill_limit, &filling);
}

/* ---- what it may use ----------------------------------------------------- */

static struct patterns *list_of(const struct json_doc *doc, const char *member)
{
    const struct json_doc *list = json_doc_get(doc, member);

    return json_doc_is_array(list) ? patterns_new(list) : NULL;
}

static bool fill_addresses(struct key *key, const struct json_doc *doc,
                           struct err *err)
{
    const struct json_doc *list = json_doc_get(doc, "addresses");
    size_t count = json_doc_count(list);
    struct cidr *blocks;
    struct str text;

    if (count == 0)
        return true;
    blocks = mem_alloc(count * sizeof(*blocks));
    key->addresses = (struct cidr_list){ .at = blocks, .count = count };
    for (size_t i = 0; i < count; i++) {
        if (!json_doc_as_str(json_doc_at(list, i), &text))
            text = STR_EMPTY;
        if (!cidr_parse(text, &blocks[i], err))
            return err_wrap(err, "addresses[%zu]", i);
    }
    return true;
}

static bool fill_calls(struct key *key, const struct json_doc *doc,
                       struct err *err)
{
    const struct json_doc *list = json_doc_get(doc, "allow");
    enum key_call call;
    struct str name;

    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (!json_doc_as_str(json_doc_at(list, i), &name) ||
            !key_call_find(name, &call))
            return err_set(err, ERR_BAD_REQUEST, "allow[%zu] is unknown", i);
        key->calls |= call;
    }
    if (!list)
        key->calls = KEY_MESSAGES;
    return true;
}

static bool flag_of(const struct json_doc *doc, const char *member)
{
    bool flag = false;

    return json_doc_get_bool(doc, member, &flag) && flag;
}

static bool fill_rest(struct key *key, const struct json_doc *doc,
                      struct err *err)
{
    struct str text;

    if (json_doc_get_str(doc, "owner", &text) && text.len > 0)
        key->owner = mem_strndup(text.at, text.len);
    if (json_doc_get_str(doc, "reserve", &text))
        key->strict = str_eq(text, STR("strict"));
    if (json_doc_get_str(doc, "queue_wait", &text) &&
        !text_parse_duration(text, &key->queue_wait_ms))
        return err_set(err, ERR_BAD_REQUEST, "queue_wait is not a duration");
    key->may_proxy = flag_of(doc, "proxy");
    key->show_limit = flag_of(doc, "show_limit");
    return true;
}

static bool fill_expiry(struct key *key, const struct json_doc *doc,
                        struct err *err)
{
    struct key_expiry_text expiry;
    struct str text;

    if (!json_doc_get_str(doc, "expires", &text))
        return true;
    if (!key_expiry_parse(text, &expiry))
        return err_set(err, ERR_BAD_REQUEST, "expires cannot be read");
    if (expiry.kind == KEY_EXPIRES_AFTER)
        key->expires_after_ms = expiry.ms;
    else if (expiry.kind == KEY_EXPIRES_TIME)
        key->expires_ms = expiry.ms;
    else /* the whole of that day is in it */
        key->expires_ms =
            zone_date_ms(key->zone, expiry.year, expiry.month, expiry.day + 1);
    return true;
}

/* ---- searching ----------------------------------------------------------- */

static void fold(struct buf *out, struct str text)
{
    char *to = buf_room(out, text.len);

    for (size_t i = 0; i < text.len; i++)
        to[i] = text.at[i] >= 'A' && text.at[i] <= 'Z'
                    ? (char)(text.at[i] - 'A' + 'a')
                    : text.at[i];
    buf_grow(out, text.len);
    buf_add(out, STR("\n"));
}

/* None of them has a line end inside. */
static void fill_folded(struct key *key, const struct json_doc *doc)
{
    const struct json_doc *tags = json_doc_get(doc, "tags");
    struct str text = STR_EMPTY;
    struct buf out;

    buf_init(&out, 16384);
    fold(&out, str_of(key->name));
    if (!json_doc_get_str(doc, "owner", &text))
        text = STR_EMPTY;
    fold(&out, text);
    for (size_t i = 0; i < json_doc_count(tags); i++) {
        if (json_doc_as_str(json_doc_at(tags, i), &text))
            fold(&out, text);
    }
    text = buf_str(&out);
    key->folded = mem_strndup(text.at, text.len);
    buf_done(&out);
}

bool key_fill(struct key *key, const struct json_doc *doc,
              const struct key_parts *parts, struct err *err)
{
    key->accounts = list_of(doc, "accounts");
    key->models = list_of(doc, "models");
    key->deny_models = list_of(doc, "deny_models");
    key->clients = list_of(doc, "clients");
    fill_folded(key, doc);
    return key_fill_zone(&key->zone, doc, parts, err) &&
           key_fill_limits(&key->limits, doc, err) &&
           fill_addresses(key, doc, err) && fill_calls(key, doc, err) &&
           fill_rest(key, doc, err) && fill_expiry(key, doc, err);
}
