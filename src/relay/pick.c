// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include <string.h>

#include "account/accounts.h"
#include "account/choice.h"
#include "account/choose.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "relay/credential.h"
#include "relay/models.h"
#include "relay/record_fill.h"
#include "team/key.h"

/* A place of the one that is named, or the only one; NULL if it has none left. */
static struct account *enter(struct account *account, struct err *err)
{
    if (!account ||
        vitals_enter(account->vitals, (unsigned)account->concurrency))
        return account;
    (void)err_set(err, ERR_RATE,
                  "account \"%s\" serves as many requests at once as it may "
                  "(%llu): try again in a moment",
                  account->name, (unsigned long long)account->concurrency);
    err_retry_after(err, 1000);
    return NULL;
}

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

struct choosing {
    struct relayed *r;
    const struct account_list *list;
    struct choice_row *rows;
    enum choice_why *whys;
    uint64_t now_ms;  /* wall clock */
    size_t allowed;   /* of those that the key may use */
    struct err first; /* why the first of them is not usable */
};

static bool is_present(const struct relayed *r, struct str name)
{
    const struct account *account = r->attempt.account;

    return account && str_eq(str_of(account->name), name);
}

/* What its file says is looked at by account_is_usable(). */
static void look_at_health(struct choosing *c, size_t i, struct err *err)
{
    static const struct health_file fine;
    const struct account *account = c->list->at[i];
    struct choice_row *row = &c->rows[i];

    if (account_is_usable(account, c->now_ms, err)) {
        row->health =
            vitals_view(account->vitals, &fine,
                        health_family_of(c->r->told.model), c->now_ms);
        row->spare_ppm = vitals_spare_ppm(account->vitals, c->now_ms);
        row->full = account->concurrency > 0 &&
                    vitals_in_flight(account->vitals) >= account->concurrency;
        return;
    }
    row->health.state =
        account->disabled ? HEALTH_DISABLED : HEALTH_LOGIN_REQUIRED;
    if (c->allowed == 0)
        c->first = *err;
}

static void look_at(struct choosing *c, size_t i)
{
    const struct account *account = c->list->at[i];
    struct choice_row *row = &c->rows[i];
    struct err err;

    *row = (struct choice_row){ .name = str_of(account->name),
                                .priority = (int64_t)account->priority,
                                .weight = account->weight };
    row->allowed =
        key_allows_account(c->r->caller.key, row->name, account->pooled, &err);
    if (!row->allowed)
        return;
    row->tried = is_present(c->r, row->name) ||
                 attempt_has_tried(&c->r->attempt, row->name);
    look_at_health(c, i, &err);
    c->allowed++;
}

/* One session of one key; two keys may call theirs the same. */
static uint64_t session_of(const struct relayed *r)
{
    struct str name = record_fill_session(r);
    unsigned char hash[HASH_SHA256_LEN];
    uint64_t session;

    if (name.len == 0)
        return 0;
    hash_sha256(arena_printf(r->req->arena, "%llu\n" STR_FMT,
                             (unsigned long long)r->caller.key->id,
                             STR_ARG(name)),
                hash);
    memcpy(&session, hash, sizeof(session));
    return session ? session : 1;
}

static size_t bound_row(const struct choosing *c)
{
    struct bindings *bindings =
        accounts_bindings(c->r->relay->options.accounts);
    uint64_t session = c->r->attempt.session;
    uint64_t account =
        session ? bindings_find(bindings, session, c->now_ms) : 0;

    for (size_t i = 0; account && i < c->list->count; i++) {
        if (bindings_account(c->rows[i].name) == account)
            return i;
    }
    return CHOICE_NONE;
}

static size_t choose_row(const struct choosing *c)
{
    return choice_of(&(struct choice_ask){ .rows = c->rows,
                                           .count = c->list->count,
                                           .session = c->r->attempt.session,
                                           .bound = bound_row(c),
                                           .random = clock_steady_ns() },
                     c->whys);
}

/* Another thread's request may have taken the last place. */
static struct account *choose(struct choosing *c)
{
    size_t count = c->list->count;
    size_t chosen;

    c->rows = arena_alloc(c->r->req->arena, (count + 1) * sizeof(c->rows[0]));
    c->whys = arena_alloc(c->r->req->arena, (count + 1) * sizeof(c->whys[0]));
    c->r->attempt.session = session_of(c->r);
    for (size_t i = 0; i < count; i++)
        look_at(c, i);
    for (chosen = choose_row(c); chosen != CHOICE_NONE;
         chosen = choose_row(c)) {
        struct account *account = c->list->at[chosen];

        if (vitals_enter(account->vitals, (unsigned)account->concurrency))
            return account;
        c->rows[chosen].full = true;
    }
    return NULL;
}

/* ---- none of them -------------------------------------------------------- */

static void refuse_for_none(const struct key *key, struct err *err)
{
    err_set(err, ERR_FORBIDDEN,
            key->accounts ? "the relay key \"%s\" may use no account: none of "
                            "those in its `accounts` is there. The operator "
                            "of the relay can give it others (claude-relay "
                            "key edit)"
                          : "the relay key \"%s\" may use no account: there "
                            "is none in the pool. The operator of the relay "
                            "can add one (claude-relay account add), or let "
                            "the key name one (claude-relay key edit)",
            key->name);
}

/* When the first of those that wait for a time may be asked again; 0: none does. */
static uint64_t earliest_end(const struct choosing *c)
{
    uint64_t until_ms = 0;

    for (size_t i = 0; i < c->list->count; i++) {
        const struct health_view *health = &c->rows[i].health;

        if (c->whys[i] == CHOICE_PAUSED &&
            (until_ms == 0 || health->until_ms < until_ms))
            until_ms = health->until_ms;
    }
    return until_ms;
}

static void refuse_paused(const struct choosing *c, uint64_t until_ms,
                          struct err *err)
{
    const struct key *key = c->r->caller.key;
    char until[TEXT_TIME_MAX];

    text_format_time(until_ms, until);
    err_set(
        err, ERR_RATE,
        c->allowed == 1
            ? "the account that the relay key \"%s\" may use has no more to "
              "give before %s: its limit at the provider is used up"
            : "of the accounts that the relay key \"%s\" may use none has "
              "more to give before %s: their limits at the provider are "
              "used up",
        key->name, until);
    err_retry_after(err, until_ms - c->now_ms);
    err_opens_at(err, until_ms);
}

/* One that is busy is free again before one that is paused. */
static bool refuse_full(const struct choosing *c, struct err *err)
{
    bool full = false;

    for (size_t i = 0; i < c->list->count; i++)
        full |= c->whys[i] == CHOICE_FULL;
    if (!full)
        return false;
    err_set(err, ERR_RATE,
            "the accounts that the relay key \"%s\" may use serve as many "
            "requests at once as they may: try again in a moment",
            c->r->caller.key->name);
    return err_retry_after(err, 1000), true;
}

static void refuse_all(const struct choosing *c, struct err *err)
{
    const struct key *key = c->r->caller.key;
    uint64_t until_ms = earliest_end(c);

    if (c->allowed == 0) {
        refuse_for_none(key, err);
        return;
    }
    if (refuse_full(c, err))
        return;
    if (until_ms > 0) {
        refuse_paused(c, until_ms, err);
        return;
    }
    *err = c->first;
    if (c->allowed > 1)
        err_wrap(err,
                 "none of the %zu accounts that the relay key \"%s\" may use "
                 "is usable; the first",
                 c->allowed, key->name);
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

static struct account *pick_for_key(struct relayed *r,
                                    const struct account_list *list,
                                    struct str name, struct err *err)
{
    struct choosing c = { .r = r, .list = list, .now_ms = clock_wall_ms() };
    struct account *account;

    if (name.len > 0)
        return enter(take_allowed(r->caller.key, list, name, err), err);
    account = choose(&c);
    if (!account)
        refuse_all(&c, err);
    return account;
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
    account = r->caller.key ? pick_for_key(r, list, name, err)
                            : enter(pick_of_all(r, list, name, err), err);
    if (account)
        attempt_take(r, account_ref(account));
    account_list_unref(list);
    return account != NULL;
}

/* A snapshot of the present one may have been replaced: its name is known. */
void pick_bind(const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;

    if (attempt->session && attempt->account)
        bindings_put(accounts_bindings(r->relay->options.accounts),
                     attempt->session,
                     bindings_account(str_of(attempt->account->name)),
                     clock_wall_ms());
}

struct account *pick_other(struct relayed *r)
{
    struct account_list *list;
    struct account *account;
    struct str name;
    struct err ignored;

    if (!r->caller.key || !attempt_may_move(r) ||
        !credential_account(r->req->arena, &r->req->headers, r->req->query,
                            &name, &ignored) ||
        name.len > 0)
        return NULL;
    list = accounts_list(r->relay->options.accounts);
    account = account_ref(pick_for_key(r, list, STR_EMPTY, &ignored));
    account_list_unref(list);
    return account;
}
