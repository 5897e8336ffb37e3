// SPDX-License-Identifier: MIT
/* The secret members of a document. */
#include "store/sealed.h"

#include <stdio.h>

#define LABEL_MAX 256

static const struct {
    const char *within; /* a member of the document, or NULL: the document */
    const char *member;
} members[] = {
    { NULL, "access_token" }, { NULL, "refresh_token" },
    { NULL, "api_key" },      { NULL, "code_verifier" },
    { NULL, "notify_url" },   { "proxy_config", "password" },
};

static struct json_doc *holder(const struct json_doc *doc, size_t i)
{
    /* The document itself is asked for without const: only its holder changes
       it. */
    return members[i].within ? json_doc_get(doc, members[i].within)
                             : (struct json_doc *)(uintptr_t)doc;
}

/* The text of the i-th secret, if the document has it. */
static bool get(const struct json_doc *doc, size_t i, struct str *text)
{
    const struct json_doc *in = holder(doc, i);

    return in && json_doc_get_str(in, members[i].member, text);
}

static struct str label(const char *key, size_t i, char out[LABEL_MAX])
{
    (void)snprintf(out, LABEL_MAX, "%s/%s", key, members[i].member);
    return str_of(out);
}

bool sealed_close(const struct seal *seal, const char *key,
                  struct json_doc *doc, struct err *err)
{
    char name[LABEL_MAX];
    struct buf sealed;
    struct str text;

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (!get(doc, i, &text))
            continue;
        if (!seal && seal_is_sealed(text))
            return err_set(err, ERR_BAD_REQUEST,
                           "%s begins like a sealed text and could not be read "
                           "again: choose another",
                           members[i].member);
        if (!seal)
            continue;
        buf_init(&sealed, 2 * text.len + SEAL_OVERHEAD);
        seal_close(seal, label(key, i, name), text, &sealed);
        json_doc_set_str(holder(doc, i), members[i].member, buf_str(&sealed));
        buf_done(&sealed);
    }
    return true;
}

bool sealed_open(const struct seal *seal, const char *key, struct json_doc *doc,
                 struct err *err)
{
    char name[LABEL_MAX];
    struct buf clear;
    struct str text;
    bool ok = true;

    for (size_t i = 0; ok && i < COUNT_OF(members); i++) {
        if (!get(doc, i, &text) || !seal_is_sealed(text))
            continue;
        buf_init_secret(&clear, text.len);
        ok = seal_open(seal, label(key, i, name), text, &clear, err) ||
             err_wrap(err, "%s.json, %s", key, members[i].member);
        if (ok)
            json_doc_set_str(holder(doc, i), members[i].member,
                             buf_str(&clear));
        buf_done(&clear);
    }
    return ok;
}

bool sealed_is_stale(const struct seal *seal, const struct json_doc *doc)
{
    struct str text;

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (get(doc, i, &text) &&
            (seal ? !seal_is_ours(seal, text) : seal_is_sealed(text)))
            return true;
    }
    return false;
}

const char *sealed_member(size_t i)
{
    return i < COUNT_OF(members) ? members[i].member : NULL;
}
