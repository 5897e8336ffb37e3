// SPDX-License-Identifier: MIT
/* What a client presents as its credential. */
#include "team/presented.h"

/* "Bearer TOKEN" in Authorization; clients write the token alone too. */
static struct str without_scheme(struct str value)
{
    struct str rest = str_from(value, 6);
    struct str token = str_trim(rest);

    return str_istarts(value, STR("bearer")) &&
                   (token.len < rest.len || rest.len == 0)
               ? token
               : value;
}

bool presented_next(const struct headers *headers, size_t *at, struct str *text)
{
    while (*at < headers->count) {
        const struct header *field = &headers->at[(*at)++];

        if (!str_ieq(field->name, STR("authorization")) &&
            !str_ieq(field->name, STR("x-api-key")))
            continue;
        *text = without_scheme(field->value);
        if (text->len > 0)
            return true;
    }
    return false;
}

static bool has_other_scheme(struct str value)
{
    size_t len = str_index(value, ' ');

    return len > 0 && len < value.len &&
           !str_ieq(str_sub(value, 0, len), STR("bearer"));
}

bool presented_is_for_others(const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, STR("authorization")) &&
            !has_other_scheme(str_trim(headers->at[i].value)))
            return false;
    }
    return true;
}

bool presented_is_key(struct str text)
{
    return str_starts(text, STR("cr_"));
}
