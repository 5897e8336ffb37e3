// SPDX-License-Identifier: MIT
/* Documents that make or change keys and groups: one table of members, each with its
   check.  Texts of what is wrong repeat a value only if it can be no secret. */
#include <stdio.h>

#include "account/tags.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/token.h"
#include "team/key_words.h"
#include "team/patterns.h"

/* "owner must be ALLOWED, not VALUE".  Returns false. */
static bool must_be(struct err *err, const char *member, const char *allowed,
                    const struct json_doc *value)
{
    char text[SHOWN_MAX];
    struct str got;

    if (!json_doc_as_str(value, &got) || !shown_is_harmless(got) ||
        got.len == 0)
        return REASON_SET(err, MEMBER_INVALID, member, allowed);
    return REASON_SET(err, MEMBER_VALUE_INVALID, member, allowed,
                      shown(got, text));
}

/* ---- texts --------------------------------------------------------------- */

static bool check_name(const struct json_doc *value, const char *member,
                       struct err *err)
{
    struct str name;

    return (json_doc_as_str(value, &name) && key_name_is_valid(name)) ||
           must_be(err, member, KEY_NAME_NEW, value);
}

/* A reference: an id fits as well. */
static bool check_group(const struct json_doc *value, const char *member,
                        struct err *err)
{
    uint64_t id;
    struct str name;

    if (json_doc_as_str(value, &name))
        return key_name_is_valid(name) ||
               (name.len > 0 && str_to_u64(name, INT64_MAX, &id)) ||
               must_be(err, member, "the name or the id of a group, or null",
                       value);
    return must_be(err, member, "the name or the id of a group, or null",
                   value);
}

static bool check_owner(const struct json_doc *value, const char *member,
                        struct err *err)
{
    struct str text;

    return (json_doc_as_str(value, &text) && text.len <= 200) ||
           must_be(err, member, "one line of at most 200 bytes", value);
}

static bool check_note(const struct json_doc *value, const char *member,
                       struct err *err)
{
    struct str text;

    return (json_doc_as_str(value, &text) && text.len <= 2000) ||
           must_be(err, member, "a text of at most 2000 bytes", value);
}

static bool check_tags(const struct json_doc *value, const char *member,
                       struct err *err)
{
    char place[64];
    struct str tag;

    if (!json_doc_is_array(value) || json_doc_count(value) > KEY_TAGS_MAX)
        return must_be(err, member, "an array of at most 32 texts", value);
    for (size_t i = 0; i < json_doc_count(value); i++) {
        const struct json_doc *one = json_doc_at(value, i);

        (void)snprintf(place, sizeof(place), "%s[%zu]", member, i);
        if (!json_doc_as_str(one, &tag) || tag.len < 1 || tag.len > 64 ||
            str_index(tag, ',') < tag.len)
            return must_be(err, place,
                           "1 to 64 bytes of visible text without a comma",
                           one);
    }
    return true;
}

/* ---- limits -------------------------------------------------------------- */

struct names {
    char at[300];
    size_t len;
};

static void add_name(struct names *names, const char *name)
{
    int more = snprintf(names->at + names->len, sizeof(names->at) - names->len,
                        "%s%s", names->len ? ", " : "", name);

    if (more > 0 && (size_t)more < sizeof(names->at) - names->len)
        names->len += (size_t)more;
}

/* `which` is "member" or "limit". */
static bool unknown(struct err *err, const char *which, struct str name,
                    const struct names *known)
{
    char text[SHOWN_MAX];

    return REASON_SET(err, WORD_UNKNOWN, which, shown(name, text), known->at);
}

static bool check_limit(void *arg, struct str name, struct json_doc *value)
{
    struct err *err = arg;
    struct names known = { .len = 0 };
    enum limit limit;
    uint64_t number;

    if (!limit_find(name, &limit)) {
        for (size_t i = 0; i < LIMIT_COUNT; i++)
            add_name(&known, limit_kinds[i].name);
        return unknown(err, "limit", name, &known);
    }
    return json_doc_is_null(value) ||
           key_limit_value(limit, value, &number, err);
}

static bool check_limits(const struct json_doc *value, const char *member,
                         struct err *err)
{
    if (!json_doc_is_object(value))
        return must_be(err, member,
                       "an object such as {\"rpm\":60,\"cost_day\":\"3.50\"}",
                       value);
    return json_doc_each(value, check_limit, err);
}

/* ---- what it may use ----------------------------------------------------- */

/* A name, or a tag. */
static bool is_account(struct str reference)
{
    struct str tag;

    return account_tag_of(reference, &tag) ? account_tag_is_valid(tag)
                                           : account_name_is_valid(reference);
}

static bool check_accounts(const struct json_doc *value, const char *member,
                           struct err *err)
{
    size_t count = json_doc_count(value);
    struct str name;

    if (json_doc_as_str(value, &name) && str_eq(name, STR("pool")))
        return true;
    if (!json_doc_is_array(value) || count < 1 || count > PATTERNS_MAX)
        return must_be(err, member,
                       "\"pool\" or an array of 1 to 64 names of accounts, "
                       "or tags of them, as tag:NAME",
                       value);
    for (size_t i = 0; i < count; i++) {
        char place[64];

        (void)snprintf(place, sizeof(place), "%s[%zu]", member, i);
        if (!json_doc_as_str(json_doc_at(value, i), &name) || !is_account(name))
            return must_be(err, place, "the name of an account, or tag:NAME",
                           json_doc_at(value, i));
    }
    return true;
}

static bool check_patterns(const struct json_doc *value, const char *member,
                           struct err *err)
{
    return patterns_check(value, member, err);
}

static bool check_addresses(const struct json_doc *value, const char *member,
                            struct err *err)
{
    size_t count = json_doc_count(value);
    struct cidr block;
    struct str text;

    if (!json_doc_is_array(value) || count < 1 || count > KEY_ADDRESSES_MAX)
        return must_be(err, member,
                       "an array of 1 to 64 addresses or blocks such as "
                       "\"10.0.0.0/8\"",
                       value);
    for (size_t i = 0; i < count; i++) {
        if (!json_doc_as_str(json_doc_at(value, i), &text))
            text = STR_EMPTY;
        if (!cidr_parse(text, &block, err))
            return err_wrap(err, "%s[%zu]", member, i);
    }
    return true;
}

static bool check_allow(const struct json_doc *value, const char *member,
                        struct err *err)
{
    enum key_call call;
    struct str name;
    static const char allowed[] =
        "an array of some of \"messages\", \"batches\", \"files\", \"other\"";

    if (!json_doc_is_array(value) || json_doc_count(value) < 1 ||
        json_doc_count(value) > 16)
        return must_be(err, member, allowed, value);
    for (size_t i = 0; i < json_doc_count(value); i++) {
        if (!json_doc_as_str(json_doc_at(value, i), &name) ||
            !key_call_find(name, &call))
            return must_be(err, member, allowed, json_doc_at(value, i));
    }
    return true;
}

static bool check_reserve(const struct json_doc *value, const char *member,
                          struct err *err)
{
    struct str text;

    return (json_doc_as_str(value, &text) &&
            (str_eq(text, STR("expected")) || str_eq(text, STR("strict")))) ||
           must_be(err, member, "\"expected\" or \"strict\"", value);
}

/* Whether there is such a zone is found out where it is used, for that reads a
   file. */
static bool check_time_zone(const struct json_doc *value, const char *member,
                            struct err *err)
{
    struct str text;

    return (json_doc_as_str(value, &text) && text.len >= 1 &&
            text.len <= ZONE_NAME_MAX && key_words_are_visible(text, false)) ||
           must_be(err, member,
                   "a time zone such as \"Europe/Berlin\", \"UTC\" or "
                   "\"+08:00\"",
                   value);
}

static bool check_queue_wait(const struct json_doc *value, const char *member,
                             struct err *err)
{
    uint64_t ms;
    struct str text;

    return (json_doc_as_str(value, &text) && text_parse_duration(text, &ms) &&
            ms <= KEY_QUEUE_WAIT_MAX_MS) ||
           must_be(err, member, "a duration from \"0s\" to \"10m\"", value);
}

static bool check_expires(const struct json_doc *value, const char *member,
                          struct err *err)
{
    struct key_expiry_text expiry;
    struct str text;

    return (json_doc_as_str(value, &text) && key_expiry_parse(text, &expiry)) ||
           must_be(err, member,
                   "a date (\"2026-12-31\", the whole day), a time "
                   "(\"2026-12-31T18:00:00Z\"), or days after the first use "
                   "(\"30d after first use\")",
                   value);
}

static bool check_flag(const struct json_doc *value, const char *member,
                       struct err *err)
{
    return json_doc_is_bool(value) ||
           must_be(err, member, "true or false", value);
}

/* ---- the table ----------------------------------------------------------- */

enum belongs { OF_KEY = 1, OF_GROUP = 2, OF_BOTH = 3 };

static const struct {
    const char *name;
    unsigned belongs;
    bool must; /* cannot be taken away */
    bool (*check)(const struct json_doc *value, const char *member,
                  struct err *err);
} members[] = {
    { "name", OF_BOTH, true, check_name },
    { "owner", OF_KEY, false, check_owner },
    { "note", OF_BOTH, false, check_note },
    { "tags", OF_KEY, false, check_tags },
    { "group", OF_KEY, false, check_group },
    { "limits", OF_BOTH, false, check_limits },
    { "accounts", OF_KEY, false, check_accounts },
    { "models", OF_KEY, false, check_patterns },
    { "deny_models", OF_KEY, false, check_patterns },
    { "clients", OF_KEY, false, check_patterns },
    { "addresses", OF_KEY, false, check_addresses },
    { "allow", OF_KEY, false, check_allow },
    { "reserve", OF_KEY, false, check_reserve },
    { "time_zone", OF_BOTH, false, check_time_zone },
    { "queue_wait", OF_KEY, false, check_queue_wait },
    { "expires", OF_KEY, false, check_expires },
    { "enabled", OF_KEY, false, check_flag },
    { "proxy", OF_KEY, false, check_flag },
    { "show_limit", OF_KEY, false, check_flag },
};

struct checking {
    unsigned belongs;
    struct err *err;
};

static bool unknown_member(const struct checking *checking, struct str name)
{
    struct names known = { .len = 0 };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].belongs & checking->belongs)
            add_name(&known, members[i].name);
    }
    return unknown(checking->err, "member", name, &known);
}

static bool check_member(void *arg, struct str name, struct json_doc *value)
{
    const struct checking *checking = arg;

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (!(members[i].belongs & checking->belongs) ||
            !str_eq(name, str_of(members[i].name)))
            continue;
        if (json_doc_is_null(value) && !members[i].must)
            return true;
        return members[i].check(value, members[i].name, checking->err);
    }
    return unknown_member(checking, name);
}

static bool check(const struct json_doc *change, unsigned belongs,
                  struct err *err)
{
    struct checking checking = { .belongs = belongs, .err = err };

    if (!json_doc_is_object(change))
        return REASON_SET(err, BODY_NOT_CHANGE);
    return json_doc_each(change, check_member, &checking);
}

bool key_check_doc(const struct json_doc *change, struct err *err)
{
    return check(change, OF_KEY, err);
}

bool key_group_check_doc(const struct json_doc *change, struct err *err)
{
    return check(change, OF_GROUP, err);
}

/* ---- what comes in ------------------------------------------------------- */

static const struct written {
    const char *member;
    bool lines;
    const char *allowed;
} written[] = {
    { "owner", false, "one line of visible text" },
    { "note", true, "lines of visible text" },
    { "tags", false, "a list of visible texts" },
};

static bool check_text(const struct written *row, const struct json_doc *value,
                       struct err *err)
{
    struct str text;

    if (!json_doc_as_str(value, &text))
        return true;
    if (token_is_in(text))
        return REASON_SET(err, HOLDS_SECRET, row->member);
    return key_words_are_visible(text, row->lines) ||
           must_be(err, row->member, row->allowed, value);
}

static bool check_written(const struct written *row,
                          const struct json_doc *value, struct err *err)
{
    bool fine = check_text(row, value, err);

    for (size_t i = 0; fine && i < json_doc_count(value); i++)
        fine = check_text(row, json_doc_at(value, i), err);
    return fine;
}

bool key_check_texts(const struct json_doc *change, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(written); i++) {
        const struct json_doc *value = json_doc_get(change, written[i].member);

        if (value && !check_written(&written[i], value, err))
            return false;
    }
    return true;
}
