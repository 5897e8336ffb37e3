// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "base/clock.h"
#include "relay/credential.h"
#include "relay/models.h"
#include "team/key.h"

/* An OAuth account is somebody's own: it is in no pool, and served to keys that name
   it. */
static bool key_may_use(const struct relayed *r, const struct account *account,
                        struct err *err)
{
    return !r->caller.key ||
           key_allows_account(r->caller.key, str_of(account->name),
                              !account->kind->needs_oauth_flag, err);
}

struct first {
    const struct relayed *r;
    struct str name; /* empty until one was found */
};

static void take_first(void *arg, const struct account *account)
{
    struct first *first = arg;
    struct err ignored;

    if (first->name.len == 0 && key_may_use(first->r, account, &ignored) &&
        account_is_usable(account, clock_wall_ms(), &ignored))
        first->name = arena_str(first->r->req->arena, str_of(account->name));
}

/* Empty if there is none. */
static struct str first_usable(const struct relayed *r)
{
    struct first first = { r, STR_EMPTY };

    accounts_each(r->relay->options.accounts, take_first, &first);
    return first.name;
}

struct allowed {
    const struct relayed *r;
    struct str name; /* of the first */
    size_t count;
};

static void take_allowed(void *arg, const struct account *account)
{
    struct allowed *allowed = arg;
    struct err ignored;

    if (!key_may_use(allowed->r, account, &ignored))
        return;
    if (allowed->count++ == 0)
        allowed->name =
            arena_str(allowed->r->req->arena, str_of(account->name));
}

/* The only one that its key may use; empty if there are more, or none. */
static struct str only_allowed(const struct relayed *r)
{
    struct allowed allowed = { .r = r, .name = STR_EMPTY };

    if (!r->caller.key)
        return STR_EMPTY;
    accounts_each(r->relay->options.accounts, take_allowed, &allowed);
    return allowed.count == 1 ? allowed.name : STR_EMPTY;
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
    if (name.len == 0)
        name = only_allowed(r);
    if (name.len == 0 && models_is_request(r->path))
        name = first_usable(r);
    r->account = accounts_choose(r->relay->options.accounts, name,
                                 clock_wall_ms(), &r->err);
    return r->account != NULL && key_may_use(r, r->account, &r->err);
}
