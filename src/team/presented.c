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

#define KEY_START STR("cr_")
#define KEY_REST 43 /* characters of base64url */

bool presented_is_key(struct str text)
{
    return str_starts(text, KEY_START);
}

static bool is_base64url(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool starts_with_key(struct str text)
{
    struct str rest = str_sub(text, KEY_START.len, KEY_REST);

    if (rest.len < KEY_REST)
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        if (!is_base64url(rest.at[i]))
            return false;
    }
    return true;
}

bool presented_holds_key(struct str text)
{
    while (text.len >= KEY_START.len + KEY_REST) {
        const char *hit =
            memmem(text.at, text.len, KEY_START.at, KEY_START.len);

        if (!hit)
            return false;
        text = str_from(text, (size_t)(hit - text.at));
        if (starts_with_key(text))
            return true;
        text = str_from(text, 1);
    }
    return false;
}
