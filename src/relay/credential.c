// SPDX-License-Identifier: MIT
/* What a client presents. */
#include "relay/credential.h"

#include "account/account.h"
#include "http/url.h"

static struct str without_scheme(struct str value)
{
    if (str_istarts(value, STR("bearer ")))
        return str_trim(str_from(value, 7));
    return value;
}

bool credential_check(const struct headers *headers, struct err *err)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];
        bool carries = str_ieq(field->name, STR("authorization")) ||
                       str_ieq(field->name, STR("x-api-key"));

        if (carries &&
            str_starts(without_scheme(field->value), STR("sk-ant-oat")))
            return err_set(err, ERR_NOT_ALLOWED,
                           "this client sent its own claude.ai login, which "
                           "the relay does not use: set ANTHROPIC_AUTH_TOKEN "
                           "to any text (to a relay key, once keys exist) and "
                           "try again");
    }
    return true;
}

static bool check_name(struct str name, struct err *err)
{
    return name.len == 0 || account_name_is_valid(name) ||
           err_set(err, ERR_NO_ACCOUNT,
                   "an account name has 1 to 64 letters, digits or . _ @ - "
                   "and does not start with a dot");
}

bool credential_account(struct arena *arena, const struct headers *headers,
                        struct str query, struct str *name, struct err *err)
{
    const struct str *field = headers_get(headers, STR("x-account-name"));
    struct str asked = STR_EMPTY;
    struct str header = field ? *field : STR_EMPTY;

    (void)url_query_get(arena, query, STR("account"), &asked);
    if (!check_name(asked, err) || !check_name(header, err))
        return false;
    if (asked.len > 0 && header.len > 0 && !str_eq(asked, header))
        return err_set(err, ERR_NO_ACCOUNT,
                       "?account= and X-Account-Name name different accounts");
    *name = asked.len > 0 ? asked : header;
    return true;
}
