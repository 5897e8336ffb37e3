// SPDX-License-Identifier: MIT
/* JSON documents on jansson.  A struct json_doc is a json_t by another name. */
#include "base/json.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/reason.h"

#define DEPTH_MAX 64

static json_t *json_of(const struct json_doc *doc)
{
    return (json_t *)(uintptr_t)doc;
}

static struct json_doc *doc_of(json_t *json)
{
    return (struct json_doc *)(void *)json;
}

/* The next of "{}[]," outside of texts, from *at on; 0 at the end. */
static char next_mark(struct str text, size_t *at)
{
    bool quoted = false;

    while (*at < text.len) {
        char c = text.at[(*at)++];

        if (quoted && c == '\\')
            (*at)++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && memchr("{}[],", c, 5))
            return c;
    }
    return 0;
}

/* jansson's own limit is 2,048: documents of ours are flat, and everything that
   walks one recursively relies on that. */
static bool is_too_deep(struct str text)
{
    size_t depth = 0;
    size_t at = 0;
    char mark;

    while ((mark = next_mark(text, &at)) != 0) {
        if (mark == '{' || mark == '[')
            depth++;
        else if (mark != ',' && depth > 0)
            depth--;
        if (depth > DEPTH_MAX)
            return true;
    }
    return false;
}

size_t json_estimate_values(struct str text)
{
    size_t count = 1;
    size_t at = 0;
    char mark;

    while ((mark = next_mark(text, &at)) != 0)
        count += mark != '}' && mark != ']';
    return count;
}

struct json_doc *json_doc_parse(struct str text, struct err *err)
{
    json_error_t why;
    json_t *json;

    if (is_too_deep(text)) {
        REASON_SET(err, JSON_TOO_DEEP);
        return NULL;
    }
    json = json_loadb(text.at, text.len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    /* jansson's text may quote the input, which may be a secret: say where. */
    if (!json)
        REASON_SET(err, JSON_INVALID, why.line, why.column);
    return doc_of(json);
}

struct json_doc *json_doc_new_object(void)
{
    return doc_of(json_object());
}

struct json_doc *json_doc_new_array(void)
{
    return doc_of(json_array());
}

struct json_doc *json_doc_new_str(struct str value)
{
    return doc_of(json_stringn_nocheck(value.at, value.len));
}

struct json_doc *json_doc_new_null(void)
{
    return doc_of(json_null());
}

struct json_doc *json_doc_new_bool(bool value)
{
    return doc_of(json_boolean(value));
}

struct json_doc *json_doc_new_number(double value)
{
    return doc_of(json_real(value));
}

struct json_doc *json_doc_copy(const struct json_doc *doc)
{
    return doc_of(json_deep_copy((const json_t *)doc));
}

/* Strings may be keys and tokens, and jansson frees them as they are.  What somebody
   else refers to stays. */
static void wipe(json_t *json)
{
    const char *name;
    json_t *member;
    size_t i;

    if (!json || json->refcount != 1)
        return;
    if (json_is_string(json))
        mem_wipe((void *)(uintptr_t)json_string_value(json),
                 json_string_length(json));
    json_object_foreach(json, name, member) wipe(member);
    json_array_foreach(json, i, member) wipe(member);
}

void json_doc_free(struct json_doc *doc)
{
    wipe(json_of(doc));
    json_decref(json_of(doc));
}

static int write_some(const char *bytes, size_t len, void *arg)
{
    return buf_append(arg, (struct str){ bytes, len }) ? 0 : -1;
}

#define SHORT_DIGITS 15

/* 3.1 and not 3.1000000000000001: most numbers that people write are the same with
   fifteen digits.  No deeper than DEPTH_MAX. */
static bool are_short(const json_t *json)
{
    const char *name;
    json_t *value;
    size_t i;

    if (json_is_real(json)) {
        char text[32];
        double real = json_real_value(json);

        (void)snprintf(text, sizeof(text), "%.*g", SHORT_DIGITS, real);
        return strtod(text, NULL) >= real && strtod(text, NULL) <= real;
    }
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        if (!are_short(value))
            return false;
    }
    json_array_foreach(json, i, value)
    {
        if (!are_short(value))
            return false;
    }
    return true;
}

bool json_doc_write(const struct json_doc *doc, bool indented, struct buf *out)
{
    size_t flags = JSON_ENCODE_ANY | (indented ? JSON_INDENT(2) : JSON_COMPACT);

    if (are_short(json_of(doc)))
        flags |= JSON_REAL_PRECISION(SHORT_DIGITS);
    return json_dump_callback(json_of(doc), write_some, out, flags) == 0;
}

bool json_doc_is_object(const struct json_doc *doc)
{
    return json_is_object(json_of(doc));
}

bool json_doc_is_same(const struct json_doc *a, const struct json_doc *b)
{
    return (!a && !b) || json_equal(json_of(a), json_of(b));
}

bool json_doc_is_array(const struct json_doc *doc)
{
    return json_is_array(json_of(doc));
}

bool json_doc_is_null(const struct json_doc *doc)
{
    return json_is_null(json_of(doc));
}

bool json_doc_is_bool(const struct json_doc *doc)
{
    return json_is_boolean(json_of(doc));
}

bool json_doc_is_whole(const struct json_doc *doc)
{
    return json_is_integer(json_of(doc));
}

struct json_doc *json_doc_get(const struct json_doc *doc, const char *member)
{
    return doc_of(json_object_get(json_of(doc), member));
}

size_t json_doc_count(const struct json_doc *doc)
{
    const json_t *json = json_of(doc);

    return json_is_object(json) ? json_object_size(json)
                                : json_array_size(json);
}

struct json_doc *json_doc_at(const struct json_doc *doc, size_t index)
{
    return doc_of(json_array_get(json_of(doc), index));
}

bool json_doc_each(const struct json_doc *doc,
                   bool (*visit)(void *arg, struct str name,
                                 struct json_doc *value),
                   void *arg)
{
    const char *name;
    json_t *value;

    json_object_foreach(json_of(doc), name, value)
    {
        if (!visit(arg, str_of(name), doc_of(value)))
            return false;
    }
    return true;
}

bool json_doc_as_str(const struct json_doc *doc, struct str *value)
{
    const json_t *json = json_of(doc);

    if (!json_is_string(json))
        return false;
    *value = (struct str){ json_string_value(json), json_string_length(json) };
    return true;
}

bool json_doc_as_bool(const struct json_doc *doc, bool *value)
{
    if (!json_is_boolean(json_of(doc)))
        return false;
    *value = json_is_true(json_of(doc));
    return true;
}

bool json_doc_as_number(const struct json_doc *doc, double *value)
{
    if (!json_is_number(json_of(doc)))
        return false;
    *value = json_number_value(json_of(doc));
    return true;
}

bool json_doc_get_str(const struct json_doc *doc, const char *member,
                      struct str *value)
{
    return json_doc_as_str(json_doc_get(doc, member), value);
}

bool json_doc_get_u64(const struct json_doc *doc, const char *member,
                      uint64_t *value)
{
    const json_t *json = json_object_get(json_of(doc), member);

    if (!json_is_integer(json) || json_integer_value(json) < 0)
        return false;
    *value = (uint64_t)json_integer_value(json);
    return true;
}

bool json_doc_get_bool(const struct json_doc *doc, const char *member,
                       bool *value)
{
    const json_t *json = json_object_get(json_of(doc), member);

    if (!json_is_boolean(json))
        return false;
    *value = json_is_true(json);
    return true;
}

void json_doc_set_str(struct json_doc *doc, const char *member,
                      struct str value)
{
    (void)json_object_set_new(json_of(doc), member,
                              json_stringn_nocheck(value.at, value.len));
}

void json_doc_set_u64(struct json_doc *doc, const char *member, uint64_t value)
{
    assert(value <= INT64_MAX);
    (void)json_object_set_new(json_of(doc), member,
                              json_integer((json_int_t)value));
}

void json_doc_set_bool(struct json_doc *doc, const char *member, bool value)
{
    (void)json_object_set_new(json_of(doc), member, json_boolean(value));
}

void json_doc_set(struct json_doc *doc, const char *member,
                  struct json_doc *value)
{
    (void)json_object_set_new(json_of(doc), member, json_of(value));
}

void json_doc_merge(struct json_doc *doc, const struct json_doc *patch)
{
    const char *member;
    json_t *value;

    json_object_foreach(json_of(patch), member, value)
    {
        if (json_is_null(value))
            (void)json_object_del(json_of(doc), member);
        else
            (void)json_object_set_new(json_of(doc), member,
                                      json_deep_copy(value));
    }
}

void json_doc_remove(struct json_doc *doc, const char *member)
{
    (void)json_object_del(json_of(doc), member);
}

void json_doc_add(struct json_doc *doc, struct json_doc *value)
{
    (void)json_array_append_new(json_of(doc), json_of(value));
}
