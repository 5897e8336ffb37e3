// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "base/clock.h"
#include "relay/credential.h"
#include "relay/models.h"
#include "team/key.h"

/* ---- without a key ------------------------------------------------------ */

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

static bool pick_of_all(struct relayed *r, struct str name, struct err *err)
{
    if (name.len == 0 && models_is_request(r->path))
        name = first_usable(r);
    r->attempt.account =
        accounts_choose(r->relay->options.accounts, name, clock_wall_ms(), err);
    return r->attempt.account != NULL;
}

/* ---- with a key --------------------------------------------------------- */

struct choice {
    const struct key *key;
    struct arena *arena;
    uint64_t now_ms;  /* wall clock */
    struct str name;  /* of the first that is usable; empty: none is */
    size_t count;     /* of those that the key may use */
    struct err first; /* why the first of them is not usable */
};

static void weigh(void *arg, const struct account *account)
{
    struct choice *choice = arg;
    struct err err;

    if (choice->name.len > 0 ||
        !key_allows_account(choice->key, str_of(account->name), account->pooled,
                            &err))
        return;
    if (account_is_usable(account, choice->now_ms, &err))
        choice->name = arena_str(choice->arena, str_of(account->name));
    else if (choice->count == 0)
        choice->first = err;
    choice->count++;
}

static bool refuse_all(const struct choice *choice, struct err *err)
{
    const char *name = choice->key->name;

    if (choice->count == 0)
        return err_set(err, ERR_FORBIDDEN,
                       choice->key->accounts
                           ? "the relay key \"%s\" may use no account: none of "
                             "those in its `accounts` is there. The operator "
                             "of the relay can give it others (claude-relay "
                             "key edit)"
                           : "the relay key \"%s\" may use no account: there "
                             "is none in the pool. The operator of the relay "
                             "can add one (claude-relay account add), or let "
                             "the key name one (claude-relay key edit)",
                       name);
    *err = choice->first;
    if (choice->count > 1)
        err_wrap(err,
                 "none of the %zu accounts that the relay key \"%s\" may use "
                 "is usable; the first",
                 choice->count, name);
    return false;
}

/* What the key may not use is refused in the same words whether it is there or
   not. */
static bool take_allowed(struct relayed *r, struct str name, uint64_t now_ms,
                         struct err *err)
{
    struct accounts *accounts = r->relay->options.accounts;
    struct account *account = accounts_get(accounts, name);
    bool allowed = key_allows_account(r->caller.key, name,
                                      account && account->pooled, err);

    if (allowed && !account)
        (void)err_set(err, ERR_NO_ACCOUNT,
                      "the relay key \"%s\" may use the account \"" STR_FMT
                      "\", but it is not there",
                      r->caller.key->name, STR_ARG(name));
    if (allowed && account && account_is_usable(account, now_ms, err))
        r->attempt.account = account_ref(account);
    account_unref(account);
    return r->attempt.account != NULL;
}

/* Of several the first by name. */
static bool pick_for_key(struct relayed *r, struct str name, struct err *err)
{
    struct choice choice = { .key = r->caller.key,
                             .arena = r->req->arena,
                             .now_ms = clock_wall_ms(),
                             .name = name };

    if (name.len == 0)
        accounts_each(r->relay->options.accounts, weigh, &choice);
    return choice.name.len > 0
               ? take_allowed(r, choice.name, choice.now_ms, err)
               : refuse_all(&choice, err);
}

/* ---- both --------------------------------------------------------------- */

bool pick_account(struct relayed *r, struct err *err)
{
    struct str name;

    if (!credential_account(r->req->arena, &r->req->headers, r->req->query,
                            &name, err))
        return false;
    if (r->caller.login.len > 0)
        return name.len == 0 ||
               err_set(err, ERR_NO_ACCOUNT,
                       "this client sent its own claude.ai login and names the "
                       "account " STR_FMT " as well: send one of the two",
                       STR_ARG(name));
    return r->caller.key ? pick_for_key(r, name, err)
                         : pick_of_all(r, name, err);
}
