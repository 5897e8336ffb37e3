// SPDX-License-Identifier: MIT
/* Which credential an account has. */
#include "account/credential.h"

#include <assert.h>

#include "base/text.h"

static_assert(CREDENTIAL_MAX >= TEXT_TIME_MAX &&
                  CREDENTIAL_MAX > ACCOUNT_GRANT_LEN,
              "room for either");

void credential_name(const struct account *account, char out[CREDENTIAL_MAX])
{
    if (account->signed_in_ms > 0)
        text_format_time(account->signed_in_ms, out);
    else
        account_fingerprint(account, out);
}

/* Files of a time when sign-ins were not noted tell renewals by what they replaced. */
bool credential_is(const struct account *account, struct str name)
{
    char grant[CREDENTIAL_MAX];
    char now[CREDENTIAL_MAX];

    credential_name(account, now);
    text_copy(grant, sizeof(grant), name);
    return str_eq(name, str_of(now)) ||
           (account->signed_in_ms == 0 && account_has_replaced(account, grant));
}

bool credential_is_same(const struct account *account,
                        const struct account *before)
{
    char name[CREDENTIAL_MAX];

    if (!account->token || !before->token)
        return true;
    credential_name(before, name);
    return credential_is(account, str_of(name));
}
