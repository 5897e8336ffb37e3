// SPDX-License-Identifier: MIT
/* Tags of accounts. */
#include "account/tags.h"

#include "base/reason.h"
#include "base/text.h"
#include "base/token.h"

/* Spaces at an end would not be seen. */
static bool is_trimmed(struct str text)
{
    return text.len > 0 && text.at[0] != ' ' && text.at[text.len - 1] != ' ';
}

bool account_tag_is_valid(struct str tag)
{
    if (!is_trimmed(tag) || tag.len > ACCOUNT_TAG_LEN_MAX || token_is_in(tag))
        return false;
    while (tag.len > 0) {
        if (text_is_control(tag) || tag.at[0] == ',')
            return false;
        tag = str_from(tag, text_utf8_len(tag));
    }
    return true;
}

bool account_tags_check(const struct json_doc *tags, enum err_code code,
                        struct err *err)
{
    struct str tag;

    if (!json_doc_is_array(tags) || json_doc_count(tags) > ACCOUNT_TAGS_MAX)
        return REASON_SET(err, TAGS_NOT_LIST, ACCOUNT_TAGS_MAX) ||
               err_as(err, code);
    for (size_t i = 0; i < json_doc_count(tags); i++) {
        if (!json_doc_as_str(json_doc_at(tags, i), &tag) ||
            !account_tag_is_valid(tag))
            return REASON_SET(err, TAG_INVALID, i, ACCOUNT_TAG_NEW) ||
                   err_as(err, code);
    }
    return true;
}

bool account_has_tag(const struct account *account, struct str tag)
{
    struct str own;

    for (size_t i = 0; i < json_doc_count(account->tags); i++) {
        if (json_doc_as_str(json_doc_at(account->tags, i), &own) &&
            str_eq(own, tag))
            return true;
    }
    return false;
}

bool account_tag_of(struct str reference, struct str *tag)
{
    struct str prefix = STR("tag:");

    *tag = str_from(reference, prefix.len);
    return str_starts(reference, prefix);
}
