// SPDX-License-Identifier: MIT
/* Which account a request names. */
#include "relay/credential.h"

#include "account/account.h"
#include "base/shown.h"
#include "http/url.h"

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
