// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "base/clock.h"
#include "relay/credential.h"
#include "relay/models.h"

struct first {
    struct arena *arena;
    struct str name; /* empty until one was found */
};

static void take_first(void *arg, const struct account *account)
{
    struct first *first = arg;
    struct err ignored;

    if (first->name.len == 0 &&
        account_is_usable(account, clock_wall_ms(), &ignored))
        first->name = arena_str(first->arena, str_of(account->name));
}

/* Empty if there is none. */
static struct str first_usable(const struct relayed *r)
{
    struct first first = { r->req->arena, STR_EMPTY };

    accounts_each(r->relay->options.accounts, take_first, &first);
    return first.name;
}

bool pick_account(struct relayed *r)
{
    struct str name;

    if (!credential_account(r->req->arena, &r->req->headers, r->req->query,
                            &name, &r->err))
        return false;
    if (r->caller.login.len > 0)
        return name.len == 0 ||
               err_set(&r->err, ERR_NO_ACCOUNT,
                       "this client sent its own claude.ai login and names the "
                       "account " STR_FMT " as well: send one of the two",
                       STR_ARG(name));
    if (name.len == 0 && models_is_request(r->path))
        name = first_usable(r);
    r->account = accounts_choose(r->relay->options.accounts, name,
                                 clock_wall_ms(), &r->err);
    return r->account != NULL;
}
