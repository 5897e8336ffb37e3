// SPDX-License-Identifier: MIT
/* The client's own claude.ai login. */
#include "team/own_login.h"

#include "team/presented.h"

bool own_login_is(struct str text)
{
    return str_starts(text, STR("sk-ant-oat"));
}

static bool is_passable(const struct headers *headers,
                        const struct header *field)
{
    return str_ieq(field->name, STR("authorization")) &&
           str_istarts(field->value, STR("bearer")) &&
           headers_count(headers, STR("authorization")) == 1;
}

enum own_login own_login_find(const struct headers *headers, struct str *login)
{
    enum own_login found = OWN_LOGIN_NONE;
    struct str text;
    size_t at = 0;

    *login = STR_EMPTY;
    while (presented_next(headers, &at, &text)) {
        const struct header *field = &headers->at[at - 1];

        if (!own_login_is(text))
            continue;
        if (!is_passable(headers, field)) {
            *login = STR_EMPTY;
            return OWN_LOGIN_ODD;
        }
        found = OWN_LOGIN_PASSABLE;
        *login = field->value;
    }
    return found;
}
