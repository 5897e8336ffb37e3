// SPDX-License-Identifier: MIT
/* Codes and values as documents. */
#include "base/reason_doc.h"

#include "base/text.h"

struct json_doc *reason_doc(const struct err *why)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *params = json_doc_new_object();
    struct reason_value value;
    char text[REASON_CODE_MAX];

    json_doc_set_str(doc, "code", str_of(reason_code(why, text)));
    for (size_t i = 0; reason_value(why, i, &value); i++) {
        text_copy(text, sizeof(text), value.name);
        json_doc_set_str(params, text, value.text);
    }
    json_doc_set(doc, "params", params);
    return doc;
}

void reason_doc_set(struct json_doc *doc, const struct json_doc *reason)
{
    static const char *const members[] = { "code", "params" };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *value =
            reason ? json_doc_get(reason, members[i]) : NULL;

        json_doc_set(doc, members[i],
                     value ? json_doc_copy(value) : json_doc_new_null());
    }
}
