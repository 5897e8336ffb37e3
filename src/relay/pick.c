// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "account/choose.h"
#include "base/clock.h"
#include "relay/credential.h"
#include "relay/models.h"
#include "team/key.h"

/* ---- without a key ------------------------------------------------------ */

/* Empty if there is none. */
static struct str first_usable(const struct account_list *list, uint64_t now_ms)
{
    struct err ignored;

    for (size_t i = 0; i < list->count; i++) {
        if (account_is_usable(list->at[i], now_ms, &ignored))
            return str_of(list->at[i]->name);
    }
    return STR_EMPTY;
}

static struct account *pick_of_all(const struct relayed *r,
                                   const struct account_list *list,
                                   struct str name, struct err *err)
{
    uint64_t now_ms = clock_wall_ms();

    if (name.len == 0 && models_is_request(r->path))
        name = first_usable(list, now_ms);
    return choose_account(list, name, now_ms, err);
}

/* ---- with a key --------------------------------------------------------- */

struct choice {
    const struct key *key;
    uint64_t now_ms;         /* wall clock */
    struct account *account; /* the first that is usable; NULL: none is */
    size_t count;            /* of those that the key may use */
    struct err first;        /* why the first of them is not usable */
};

static void weigh(struct choice *choice, struct account *account)
{
    struct err err;

    if (!key_allows_account(choice->key, str_of(account->name), account->pooled,
                            &err))
        return;
    if (account_is_usable(account, choice->now_ms, &err))
        choice->account = account;
    else if (choice->count == 0)
        choice->first = err;
    choice->count++;
}

static void refuse_all(const struct choice *choice, struct err *err)
{
    const char *name = choice->key->name;

    if (choice->count == 0) {
        err_set(err, ERR_FORBIDDEN,
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
        return;
    }
    *err = choice->first;
    if (choice->count > 1)
        err_wrap(err,
                 "none of the %zu accounts that the relay key \"%s\" may use "
                 "is usable; the first",
                 choice->count, name);
}

/* What the key may not use is refused in the same words whether it is there or
   not. */
static struct account *take_allowed(const struct key *key,
                                    const struct account_list *list,
                                    struct str name, struct err *err)
{
    struct account *account = account_list_find(list, name);

    if (!key_allows_account(key, name, account && account->pooled, err))
        return NULL;
    if (!account)
        (void)err_set(err, ERR_NO_ACCOUNT,
                      "the relay key \"%s\" may use the account \"" STR_FMT
                      "\", but it is not there",
                      key->name, STR_ARG(name));
    return account && account_is_usable(account, clock_wall_ms(), err) ? account
                                                                       : NULL;
}

/* Of several the first by name. */
static struct account *pick_for_key(const struct key *key,
                                    const struct account_list *list,
                                    struct str name, struct err *err)
{
    struct choice choice = { .key = key, .now_ms = clock_wall_ms() };

    if (name.len > 0)
        return take_allowed(key, list, name, err);
    for (size_t i = 0; i < list->count && !choice.account; i++)
        weigh(&choice, list->at[i]);
    if (!choice.account)
        refuse_all(&choice, err);
    return choice.account;
}

/* ---- both --------------------------------------------------------------- */

bool pick_account(struct relayed *r, struct err *err)
{
    struct account_list *list;
    struct account *account;
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
    list = accounts_list(r->relay->options.accounts);
    account = r->caller.key ? pick_for_key(r->caller.key, list, name, err)
                            : pick_of_all(r, list, name, err);
    r->attempt.account = account_ref(account);
    account_list_unref(list);
    return account != NULL;
}
