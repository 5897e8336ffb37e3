// SPDX-License-Identifier: MIT
/* What changed from one document to the next. */
#include "store/audit_difference.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/token.h"
#include "store/sealed.h"

#define NAMES_MAX 2048
#define PATH_MAX_LEN 256
#define DEPTH_MAX 4

/* ---- texts -------------------------------------------------------------- */

/* As much of it as fits, in whole characters; others than those of UTF-8 become '?',
   and so does NUL, which is in no text of SQL. */
static size_t clean(struct str text, char *out, size_t max)
{
    size_t len = 0;

    while (text.len > 0) {
        size_t one = text_utf8_len(text);
        bool fine = one > 0 && text.at[0] != '\0';

        if (len + (fine ? one : 1) > max)
            break;
        if (fine)
            memcpy(out + len, text.at, one);
        else
            out[len] = '?';
        len += fine ? one : 1;
        text = str_from(text, one > 0 ? one : 1);
    }
    return len;
}

#define CUT "\xe2\x80\xa6" /* an ellipsis */

char *audit_shown_text(struct str text)
{
    bool cut = text.len > AUDIT_TEXT_MAX;
    size_t max = cut ? AUDIT_TEXT_MAX : text.len;
    char *out = mem_zalloc(max + sizeof(CUT) + sizeof(AUDIT_HIDDEN));
    size_t len;

    if (token_is_in(text)) {
        memcpy(out, AUDIT_HIDDEN, sizeof(AUDIT_HIDDEN));
        return out;
    }
    len = clean(text, out, max);
    if (cut)
        memcpy(out + len, CUT, sizeof(CUT));
    return out;
}

/* What requests call the secrets that they bring, or answers those that they give,
   beside the members of documents. */
static const char *const others[] = { "authorization_code", "key", "token",
                                      "secret", "hash" };

static bool is_secret(struct str name)
{
    for (size_t i = 0; sealed_member(i); i++) {
        if (str_eq(name, str_of(sealed_member(i))))
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (str_eq(name, str_of(others[i])))
            return true;
    }
    return false;
}

/* ---- values ------------------------------------------------------------- */

static struct json_doc *shown_value(const struct json_doc *value,
                                    unsigned depth);

static struct json_doc *shown_str(struct str text)
{
    char *copy = audit_shown_text(text);
    struct json_doc *doc = json_doc_new_str(str_of(copy));

    mem_free(copy);
    return doc;
}

static struct json_doc *shown_member(struct str name,
                                     const struct json_doc *value,
                                     unsigned depth)
{
    return is_secret(name) ? json_doc_new_str(STR(AUDIT_HIDDEN))
                           : shown_value(value, depth);
}

struct copying {
    struct json_doc *into;
    unsigned depth;
};

/* A name that holds a token goes with its value. */
static bool copy_member(void *arg, struct str name, struct json_doc *value)
{
    struct copying *copying = arg;
    char member[PATH_MAX_LEN];

    text_copy(member, sizeof(member), name);
    if (!token_is_in(name) && name.len < sizeof(member))
        json_doc_set(copying->into, member,
                     shown_member(name, value, copying->depth));
    return true;
}

static struct json_doc *shown_list(const struct json_doc *list, unsigned depth)
{
    struct json_doc *out = json_doc_new_array();
    size_t count = json_doc_count(list);

    for (size_t i = 0; i < count && i < AUDIT_LIST_MAX; i++)
        json_doc_add(out, shown_value(json_doc_at(list, i), depth));
    if (count > AUDIT_LIST_MAX)
        json_doc_add(out, json_doc_new_str(STR(CUT)));
    return out;
}

static struct json_doc *shown_value(const struct json_doc *value,
                                    unsigned depth)
{
    struct copying copying = { .depth = depth + 1 };
    struct str text;

    if (json_doc_as_str(value, &text))
        return shown_str(text);
    if (depth >= DEPTH_MAX &&
        (json_doc_is_object(value) || json_doc_is_array(value)))
        return json_doc_new_str(STR(CUT));
    if (json_doc_is_array(value))
        return shown_list(value, depth + 1);
    if (!json_doc_is_object(value))
        return json_doc_copy(value);
    copying.into = json_doc_new_object();
    (void)json_doc_each(value, copy_member, &copying);
    return copying.into;
}

/* ---- comparing ---------------------------------------------------------- */

static bool is_empty(const struct json_doc *value)
{
    return (json_doc_is_object(value) || json_doc_is_array(value)) &&
           json_doc_count(value) == 0;
}

static bool is_there(const struct json_doc *value)
{
    return value && !json_doc_is_null(value) && !is_empty(value);
}

static bool is_same(const struct json_doc *a, const struct json_doc *b)
{
    return json_doc_is_same(is_there(a) ? a : NULL, is_there(b) ? b : NULL);
}

struct comparing {
    const struct json_doc *before; /* an object, or NULL */
    const struct json_doc *after;
    struct json_doc *was; /* what is made of them */
    struct json_doc *is;
    struct buf *names;
    const char *path; /* "limits."; empty at the top */
    unsigned depth;
};

static void compare(struct comparing *comparing);

static void add_name(struct comparing *comparing, const char *member)
{
    char name[2 * PATH_MAX_LEN];

    (void)snprintf(name, sizeof(name), "%s%s%s",
                   buf_str(comparing->names).len > 0 ? ", " : "",
                   comparing->path, member);
    (void)!buf_append(comparing->names, str_of(name));
}

static void take_inside(struct json_doc *into, const char *member,
                        struct json_doc *inner)
{
    if (json_doc_count(inner) > 0)
        json_doc_set(into, member, inner);
    else
        json_doc_free(inner);
}

/* Objects on both sides are gone into. */
static void compare_inside(struct comparing *outer, const char *member)
{
    char path[PATH_MAX_LEN];
    struct comparing inner = {
        .before = json_doc_get(outer->before, member),
        .after = json_doc_get(outer->after, member),
        .was = json_doc_new_object(),
        .is = json_doc_new_object(),
        .names = outer->names,
        .path = path,
        .depth = outer->depth + 1,
    };

    (void)snprintf(path, sizeof(path), "%.100s%.100s.", outer->path, member);
    compare(&inner);
    take_inside(outer->was, member, inner.was);
    take_inside(outer->is, member, inner.is);
}

static void take_value(struct json_doc *into, const char *member,
                       const struct json_doc *value, unsigned depth)
{
    if (is_there(value))
        json_doc_set(into, member, shown_member(str_of(member), value, depth));
}

static void compare_member(struct comparing *comparing, struct str name)
{
    const struct json_doc *before;
    const struct json_doc *after;
    char member[PATH_MAX_LEN];

    if (token_is_in(name) || name.len >= sizeof(member))
        return;
    text_copy(member, sizeof(member), name);
    before = json_doc_get(comparing->before, member);
    after = json_doc_get(comparing->after, member);
    if (is_same(before, after))
        return;
    if (json_doc_is_object(before) && json_doc_is_object(after) &&
        comparing->depth < DEPTH_MAX && !is_secret(name)) {
        compare_inside(comparing, member);
        return;
    }
    add_name(comparing, member);
    take_value(comparing->was, member, before, comparing->depth);
    take_value(comparing->is, member, after, comparing->depth);
    if (is_secret(name) && is_there(before) && is_there(after))
        json_doc_set_str(comparing->is, member, STR(AUDIT_CHANGED));
}

static bool compare_each(void *arg, struct str name, struct json_doc *value)
{
    (void)value;
    compare_member(arg, name);
    return true;
}

static bool compare_new(void *arg, struct str name, struct json_doc *value)
{
    const struct comparing *comparing = arg;
    char member[PATH_MAX_LEN];

    (void)value;
    text_copy(member, sizeof(member), name);
    if (!json_doc_get(comparing->before, member))
        compare_member(arg, name);
    return true;
}

static void compare(struct comparing *comparing)
{
    (void)json_doc_each(comparing->before, compare_each, comparing);
    (void)json_doc_each(comparing->after, compare_new, comparing);
}

/* ---- all of it ---------------------------------------------------------- */

void audit_difference_make(struct audit_difference *difference,
                           const struct json_doc *before,
                           const struct json_doc *after)
{
    struct comparing comparing = { .before = before,
                                   .after = after,
                                   .names = &difference->names,
                                   .path = "" };

    difference->before = json_doc_new_object();
    difference->after = json_doc_new_object();
    buf_init(&difference->names, NAMES_MAX);
    comparing.was = difference->before;
    comparing.is = difference->after;
    compare(&comparing);
}

void audit_difference_done(struct audit_difference *difference)
{
    json_doc_free(difference->before);
    json_doc_free(difference->after);
    buf_done(&difference->names);
}
