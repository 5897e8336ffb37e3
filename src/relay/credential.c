// SPDX-License-Identifier: MIT
/* What a client presents. */
#include "relay/credential.h"

#include "account/account.h"
#include "base/shown.h"
#include "http/url.h"

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

static bool check_login(const struct headers *headers,
                        const struct header *field, bool pass, struct err *err)
{
    if (!pass)
        return err_set(err, ERR_NOT_ALLOWED,
                       "this client sent its own claude.ai login, which the "
                       "relay does not use: set ANTHROPIC_AUTH_TOKEN to any "
                       "text (to a relay key, once keys exist) and try again");
    return is_passable(headers, field) ||
           err_set(err, ERR_NOT_ALLOWED,
                   "this client sent its own claude.ai login, which passes "
                   "only as one field `Authorization: Bearer ...`");
}

bool credential_check(const struct headers *headers, bool pass,
                      struct str *login, struct err *err)
{
    *login = STR_EMPTY;
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (!is_login(field))
            continue;
        if (!check_login(headers, field, pass, err))
            return false;
        *login = field->value;
    }
    return true;
}

/* Every place that names an account must name the same. */
static bool take_name(struct str said, struct str *name, struct err *err)
{
    char first[SHOWN_MAX];
    char second[SHOWN_MAX];

    if (said.len == 0)
        return true;
    if (!account_name_is_valid(said))
        return err_set(err, ERR_NO_ACCOUNT,
                       "an account name has 1 to 64 letters, digits or . _ @ - "
                       "and does not start with a dot");
    if (name->len > 0 && !str_eq(*name, said))
        return err_set(err, ERR_NO_ACCOUNT,
                       "this request names two accounts, %s and %s: send one "
                       "name in ?account= or X-Account-Name",
                       shown(*name, first), shown(said, second));
    *name = said;
    return true;
}

bool credential_account(struct arena *arena, const struct headers *headers,
                        struct str query, struct str *name, struct err *err)
{
    struct str said;

    *name = STR_EMPTY;
    while (url_query_next(arena, &query, STR("account"), &said)) {
        if (!take_name(said, name, err))
            return false;
    }
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, STR("x-account-name")) &&
            !take_name(headers->at[i].value, name, err))
            return false;
    }
    return true;
}
