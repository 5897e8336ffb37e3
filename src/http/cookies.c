// SPDX-License-Identifier: MIT
/* Cookies of a request. */
#include "http/cookies.h"

/* "name=value", with white space around it. */
static bool is_named(struct str pair, struct str name, struct str *value)
{
    size_t equals = str_index(pair, '=');

    if (equals == pair.len || !str_eq(str_sub(pair, 0, equals), name))
        return false;
    *value = str_from(pair, equals + 1);
    return true;
}

static bool next_in(struct cookies *at, struct str field, struct str name,
                    struct str *value)
{
    while (at->from < field.len) {
        struct str rest = str_from(field, at->from);
        size_t end = str_index(rest, ';');

        at->from += end + 1;
        if (is_named(str_trim(str_sub(rest, 0, end)), name, value))
            return true;
    }
    return false;
}

bool cookies_next(struct cookies *at, const struct headers *headers,
                  struct str name, struct str *value)
{
    if (!headers_get(headers, STR("cookie")))
        return false;
    for (; at->field < headers->count; at->field++, at->from = 0) {
        const struct header *field = &headers->at[at->field];

        if (str_ieq(field->name, STR("cookie")) &&
            next_in(at, field->value, name, value))
            return true;
    }
    return false;
}
