// SPDX-License-Identifier: MIT
/* Why something was refused, as rows of the audit log keep it. */
#include "store/audit_reason.h"

#include "base/mem.h"
#include "base/reason_doc.h"
#include "base/text.h"
#include "store/audit_difference.h"

static bool show(void *arg, struct str name, struct json_doc *value)
{
    char member[REASON_CODE_MAX];
    struct str text = STR_EMPTY;
    char *shown;

    (void)json_doc_as_str(value, &text);
    shown = audit_shown_text(text);
    text_copy(member, sizeof(member), name);
    json_doc_set_str(arg, member, str_of(shown));
    mem_free(shown);
    return true;
}

struct json_doc *audit_reason_of(const struct err *why)
{
    struct json_doc *doc = reason_doc(why);
    struct json_doc *shown = json_doc_new_object();

    (void)json_doc_each(json_doc_get(doc, "params"), show, shown);
    json_doc_set(doc, "params", shown);
    return doc;
}

void audit_reason_add(struct json_doc *doc, struct str text)
{
    struct err err;
    struct json_doc *reason = text.len > 0 ? json_doc_parse(text, &err) : NULL;

    reason_doc_set(doc, reason);
    json_doc_free(reason);
}
