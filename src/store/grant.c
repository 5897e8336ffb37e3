// SPDX-License-Identifier: MIT
/* Which of two documents holds the later tokens. */
#include "store/grant.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/hash.h"

static uint64_t end_ms(const struct json_doc *doc)
{
    struct str text;
    uint64_t ms = 0;

    return json_doc_get_str(doc, "expires_at", &text) &&
                   text_parse_time(text, &ms)
               ? ms
               : 0;
}

static struct str text_of(const struct json_doc *doc, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &text);
    return text;
}

static struct str token(const struct json_doc *doc)
{
    return text_of(doc, "refresh_token");
}

void grant_name(const struct json_doc *doc, char name[GRANT_NAME_LEN + 1])
{
    unsigned char hash[HASH_SHA256_LEN];
    struct str text = token(doc);

    if (text.len == 0)
        text = text_of(doc, "access_token");
    hash_sha256(text, hash);
    text_hex(hash, text.len > 0 ? GRANT_NAME_LEN / 2 : 0, name);
}

/* ---- which is later ----------------------------------------------------- */

static bool has_name(const struct json_doc *list, struct str name)
{
    struct str one;

    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (json_doc_as_str(json_doc_at(list, i), &one) && str_eq(one, name))
            return true;
    }
    return false;
}

bool grant_replaces(const struct json_doc *doc, const struct json_doc *other)
{
    char name[GRANT_NAME_LEN + 1];

    grant_name(other, name);
    return name[0] && has_name(json_doc_get(doc, "replaced"), str_of(name));
}

static enum grant_order by_time(uint64_t mine_ms, uint64_t others_ms)
{
    if (mine_ms == others_ms || mine_ms == 0 || others_ms == 0)
        return GRANT_UNLIKE;
    return others_ms > mine_ms ? GRANT_LATER : GRANT_EARLIER;
}

/* A setup token has no refresh token, and is its own grant. */
static bool is_same(const struct json_doc *doc, const struct json_doc *other)
{
    char mine[GRANT_NAME_LEN + 1];
    char others[GRANT_NAME_LEN + 1];

    grant_name(doc, mine);
    grant_name(other, others);
    return strcmp(mine, others) == 0;
}

bool grant_is_lost(const struct json_doc *before, const struct json_doc *after)
{
    return token(before).len > 0 && !is_same(before, after) &&
           !grant_replaces(after, before);
}

enum grant_order grant_compare(const struct json_doc *doc,
                               const struct json_doc *other)
{
    bool same = is_same(doc, other);
    bool spends = grant_replaces(other, doc);
    bool spent = grant_replaces(doc, other);

    if ((same && token(doc).len > 0) || (same && spends == spent))
        return GRANT_SAME;
    if (spends == spent)
        return by_time(end_ms(doc), end_ms(other));
    return spends ? GRANT_LATER : GRANT_SPENT;
}

/* ---- taking ------------------------------------------------------------- */

/* Those that are not in `others`. */
static void add_names(struct json_doc *list, const struct json_doc *names,
                      const struct json_doc *others)
{
    struct str name;

    for (size_t i = 0; i < json_doc_count(names); i++) {
        if (json_doc_as_str(json_doc_at(names, i), &name) &&
            !has_name(others, name))
            json_doc_add(list, json_doc_new_str(name));
    }
}

static struct json_doc *list_of_grant(const struct json_doc *doc)
{
    struct json_doc *list = json_doc_new_array();
    char name[GRANT_NAME_LEN + 1];

    grant_name(doc, name);
    if (name[0])
        json_doc_add(list, json_doc_new_str(str_of(name)));
    return list;
}

/* What `doc` replaced is older than its grant; what only `other` knows of is newer.
   No grant replaces itself.  The next refresh cuts the list. */
static struct json_doc *history(const struct json_doc *doc,
                                const struct json_doc *other)
{
    struct json_doc *list = json_doc_new_array();
    struct json_doc *own = list_of_grant(other);
    struct json_doc *older = list_of_grant(doc);

    add_names(older, json_doc_get(doc, "replaced"), own);
    add_names(list, json_doc_get(other, "replaced"), older);
    add_names(list, older, own);
    json_doc_free(own);
    json_doc_free(older);
    return list;
}

void grant_take(struct json_doc *doc, const struct json_doc *other)
{
    static const char *const members[] = { "access_token", "refresh_token",
                                           "expires_at",   "scopes",
                                           "signed_in_at", "login_required" };
    struct json_doc *replaced = history(doc, other);

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *value = json_doc_get(other, members[i]);

        if (value)
            json_doc_set(doc, members[i], json_doc_copy(value));
        else
            json_doc_remove(doc, members[i]);
    }
    json_doc_set(doc, "replaced", replaced);
}
