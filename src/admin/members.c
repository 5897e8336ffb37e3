// SPDX-License-Identifier: MIT
/* Members of a request's body. */
#include "admin/members.h"

#include "account/account.h"
#include "account/note.h"
#include "account/tags.h"
#include "admin/gateway_members.h"
#include "base/reason.h"
#include "base/token.h"
#include "upstream/proxy.h"

bool members_text(const struct json_doc *body, const char *member,
                  struct str *text, struct err *err)
{
    if (!json_doc_get(body, member))
        return REASON_SET(err, MEMBER_MISSING, member);
    if (!json_doc_get_str(body, member, text))
        return REASON_SET(err, MEMBER_NOT_TEXT, member);
    return text->len > 0 || REASON_SET(err, MEMBER_EMPTY, member);
}

bool members_optional_text(const struct json_doc *body, const char *member,
                           struct err *err)
{
    struct str text;

    return !json_doc_get(body, member) ||
           json_doc_get_str(body, member, &text) ||
           REASON_SET(err, MEMBER_NOT_TEXT, member);
}

bool members_name(const struct json_doc *body, const char *member,
                  struct str *name, struct err *err)
{
    return members_text(body, member, name, err) &&
           (account_name_may_be_made(*name) ||
            REASON_SET(err, ACCOUNT_NAME_INVALID, member, ACCOUNT_NAME_NEW));
}

bool members_proxy(const struct json_doc *body, const struct json_doc **config,
                   struct err *err)
{
    struct proxy *proxy;

    *config = json_doc_get(body, "proxy_config");
    if (*config && json_doc_is_null(*config))
        *config = NULL;
    if (!*config)
        return true;
    if (!json_doc_is_object(*config))
        return REASON_SET(err, PROXY_NOT_OBJECT);
    if (!proxy_check_config(*config, err))
        return false;
    proxy = proxy_from_json(*config, err);
    proxy_unref(proxy);
    if (!proxy)
        err->code = ERR_BAD_REQUEST;
    return proxy != NULL;
}

bool members_kind(const struct json_doc *body, bool *setup, struct err *err)
{
    struct str kind;

    *setup = false;
    if (!json_doc_get(body, "kind"))
        return true;
    *setup = json_doc_get_str(body, "kind", &kind) &&
             str_eq(kind, STR("setup-token"));
    return *setup || err_set(err, ERR_BAD_REQUEST,
                             "kind must be \"setup-token\" or left out");
}

/* ---- secrets ------------------------------------------------------------ */

static bool is_free_of(void *secret, struct str name, struct json_doc *value)
{
    const struct str *text = secret;

    return !token_holds(name, *text) && !members_hold(value, *text);
}

bool members_hold(const struct json_doc *body, struct str secret)
{
    struct str text;

    if (json_doc_as_str(body, &text))
        return token_holds(text, secret);
    if (json_doc_is_object(body))
        return !json_doc_each(body, is_free_of, &secret);
    for (size_t i = 0; i < json_doc_count(body); i++) {
        if (members_hold(json_doc_at(body, i), secret))
            return true;
    }
    return false;
}

/* ---- changes ------------------------------------------------------------ */

static bool check_note(const struct json_doc *body, struct err *err)
{
    const struct json_doc *note = json_doc_get(body, "note");
    struct str text = STR_EMPTY;

    return !note || json_doc_is_null(note) ||
           (json_doc_as_str(note, &text) &&
            !account_note_problem(text, ACCOUNT_NOTE_MAX, true)) ||
           REASON_SET(err, NOTE_INVALID, ACCOUNT_NOTE_MAX);
}

static bool check_switch(const struct json_doc *body, const char *member,
                         struct err *err)
{
    bool value;

    return !json_doc_get(body, member) ||
           json_doc_get_bool(body, member, &value) ||
           REASON_SET(err, MEMBER_NOT_BOOLEAN, member);
}

static bool check_tags(const struct json_doc *body, struct err *err)
{
    const struct json_doc *tags = json_doc_get(body, "tags");

    return !tags || json_doc_is_null(tags) ||
           account_tags_check(tags, ERR_BAD_REQUEST, err);
}

static bool check_number(const struct json_doc *body, const char *member,
                         uint64_t max, struct err *err)
{
    uint64_t value;

    return !json_doc_get(body, member) ||
           (json_doc_get_u64(body, member, &value) && value <= max) ||
           REASON_SET(err, NUMBER_OUT_OF_RANGE, member,
                      (unsigned long long)max);
}

bool members_given(const struct json_doc *body, struct err *err)
{
    const struct json_doc *proxy;

    return check_tags(body, err) && members_proxy(body, &proxy, err);
}

bool members_document(const struct json_doc *doc, struct err *err)
{
    return check_note(doc, err);
}

bool members_change(const struct json_doc *body, struct err *err)
{
    const struct json_doc *proxy;

    if (json_doc_count(body) == 0)
        return REASON_SET(err, ACCOUNT_CHANGE_NOTHING, GATEWAY_MEMBERS_NAMES);
    return members_proxy(body, &proxy, err) && check_note(body, err) &&
           check_switch(body, "enabled", err) &&
           check_switch(body, "pool", err) && check_tags(body, err) &&
           check_number(body, "priority", ACCOUNT_PRIORITY_MAX, err) &&
           check_number(body, "weight", ACCOUNT_WEIGHT_MAX, err) &&
           check_number(body, "concurrency", ACCOUNT_CONCURRENCY_MAX, err);
}
