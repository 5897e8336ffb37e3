// SPDX-License-Identifier: MIT
/* A change put into the document that is kept of a key or a group. */
#include "base/mem.h"
#include "base/reason.h"
#include "team/key_change_internal.h"

#define KEY_DOC_MAX (256u * 1024)

/* Kept in columns of their own. */
static const char *const columns[] = { "name", "group", "enabled" };

/* As if nothing had been there, its restrictions would be gone. */
static struct json_doc *object_of(const char *text, struct err *err)
{
    struct err ignored;
    struct json_doc *doc = json_doc_parse(str_of(text), &ignored);
    const struct json_doc *limits = json_doc_get(doc, "limits");

    if (json_doc_is_object(doc) && (!limits || json_doc_is_object(limits)))
        return doc;
    json_doc_free(doc);
    REASON_SET(err, KEY_UNREADABLE);
    return NULL;
}

static void merge_limits(struct json_doc *doc, struct json_doc *change)
{
    const struct json_doc *limits = json_doc_get(change, "limits");

    if (!json_doc_is_object(limits))
        return;
    if (!json_doc_is_object(json_doc_get(doc, "limits")))
        json_doc_set(doc, "limits", json_doc_new_object());
    json_doc_merge(json_doc_get(doc, "limits"), limits);
    json_doc_remove(change, "limits");
}

static char *text_of(const struct json_doc *doc, struct err *err)
{
    char *text = NULL;
    struct buf out;

    buf_init(&out, KEY_DOC_MAX);
    if (json_doc_write(doc, false, &out))
        text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    else
        REASON_SET(err, KEY_TOO_LARGE, KEY_DOC_MAX);
    buf_done(&out);
    return text;
}

char *key_doc_merge(const char *text, const struct json_doc *change,
                    struct err *err)
{
    struct json_doc *doc = object_of(text, err);
    struct json_doc *rest;
    char *merged;

    if (!doc)
        return NULL;
    rest = json_doc_copy(change);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        json_doc_remove(rest, columns[i]);
    merge_limits(doc, rest);
    json_doc_merge(doc, rest);
    merged = text_of(doc, err);
    json_doc_free(rest);
    json_doc_free(doc);
    return merged;
}
