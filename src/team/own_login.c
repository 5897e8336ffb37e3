// SPDX-License-Identifier: MIT
/* The client's own claude.ai login. */
#include "team/own_login.h"

/* "Bearer TOKEN" in Authorization; clients write the token alone too. */
static struct str without_scheme(struct str value)
{
    struct str rest = str_from(value, 6);
    struct str token = str_trim(rest);

    return str_istarts(value, STR("bearer")) && token.len < rest.len ? token
                                                                     : value;
}

static bool is_login(const struct header *field)
{
    return (str_ieq(field->name, STR("authorization")) ||
            str_ieq(field->name, STR("x-api-key"))) &&
           str_starts(without_scheme(field->value), STR("sk-ant-oat"));
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

    *login = STR_EMPTY;
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (!is_login(field))
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
