// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "base/clock.h"
#include "relay/credential.h"

bool pick_account(struct relayed *r)
{
    struct str name;

    if (!credential_account(r->req->arena, &r->req->headers, r->req->query,
                            &name, &r->err))
        return false;
    if (r->login.len > 0)
        return name.len == 0 ||
               err_set(&r->err, ERR_NO_ACCOUNT,
                       "this client sent its own claude.ai login and names the "
                       "account " STR_FMT " as well: send one of the two",
                       STR_ARG(name));
    r->account = accounts_choose(r->relay->options.accounts, name,
                                 clock_wall_ms(), &r->err);
    return r->account != NULL;
}
