// SPDX-License-Identifier: MIT
/* Which of two documents holds the later tokens. */
#include "store/grant.h"

#include "base/macros.h"
#include "base/text.h"

static uint64_t end_ms(const struct json_doc *doc)
{
    struct str text;
    uint64_t ms = 0;

    return json_doc_get_str(doc, "expires_at", &text) &&
                   text_parse_time(text, &ms)
               ? ms
               : 0;
}

static struct str token(const struct json_doc *doc)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, "refresh_token", &text);
    return text;
}

enum grant_order grant_compare(const struct json_doc *doc,
                               const struct json_doc *other)
{
    uint64_t mine_ms = end_ms(doc);
    uint64_t others_ms = end_ms(other);

    if (str_eq(token(doc), token(other)))
        return GRANT_SAME;
    if (mine_ms == others_ms || mine_ms == 0 || others_ms == 0)
        return GRANT_UNLIKE;
    return others_ms > mine_ms ? GRANT_LATER : GRANT_EARLIER;
}

void grant_take(struct json_doc *doc, const struct json_doc *other)
{
    static const char *const members[] = { "access_token", "refresh_token",
                                           "expires_at",   "scopes",
                                           "signed_in_at", "login_required" };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *value = json_doc_get(other, members[i]);

        if (value)
            json_doc_set(doc, members[i], json_doc_copy(value));
        else
            json_doc_remove(doc, members[i]);
    }
}
