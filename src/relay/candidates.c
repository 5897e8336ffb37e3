// SPDX-License-Identifier: MIT
/* The accounts that may serve a request. */
#include "relay/candidates.h"

#include "account/choose.h"
#include "account/gateway.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "crypto/hash.h"

#define FULL_RETRY_MS 1000

uint64_t candidates_session(struct arena *arena, uint64_t key_id,
                            struct str name)
{
    if (name.len == 0)
        return 0;
    return hash_number(arena_printf(arena, "%llu\n" STR_FMT,
                                    (unsigned long long)key_id, STR_ARG(name)));
}

/* ---- rows ---------------------------------------------------------------- */

static void keep_first(struct candidates *c, const struct err *err)
{
    if (c->allowed == 0)
        c->first = *err;
}

static void tell_stopped(struct candidates *c, const struct account *account,
                         const struct choice_row *row)
{
    char word[ACCOUNT_WORD_MAX];
    struct err err;

    (void)err_set(&err, ERR_LOGIN_REQUIRED,
                  row->health.state == HEALTH_BLOCKED
                      ? "account \"%s\" is refused by the provider: look at it "
                        "with `claude-relay account show %s`"
                      : "the credential of account \"%s\" was refused: look at "
                        "it with `claude-relay account show %s`",
                  account->name, account_word(account->name, word));
    keep_first(c, &err);
}

/* What its file says is looked at by account_is_usable(). */
static void look_at_health(struct candidates *c, size_t i)
{
    static const struct health_file fine;
    const struct candidates_ask *ask = &c->ask;
    const struct account *account = c->at[i];
    struct choice_row *row = &c->rows[i];
    struct err err;

    if (!account_is_usable(account, ask->now_ms, &err)) {
        row->health.state =
            account->disabled ? HEALTH_DISABLED : HEALTH_LOGIN_REQUIRED;
        keep_first(c, &err);
        return;
    }
    row->health = c->sole
                      ? vitals_view_held(account->vitals, ask->now_ms)
                      : vitals_view(account->vitals, &fine,
                                    health_family_of(ask->model), ask->now_ms);
    if (!c->sole && row->health.state == HEALTH_READY &&
        account_needs_refresh(account, ask->now_ms))
        row->health = vitals_view_token(account->vitals, ask->now_ms);
    row->spare_ppm = vitals_spare_ppm(account->vitals, ask->now_ms);
    row->full = ask->takes_place && account->concurrency > 0 &&
                vitals_in_flight(account->vitals) >= account->concurrency;
    if (row->health.state > HEALTH_PAUSED)
        tell_stopped(c, account, row);
}

static bool may_serve(const struct candidates *c, const struct account *account)
{
    const struct candidates_ask *ask = &c->ask;
    struct str name = str_of(account->name);
    struct err ignored;

    if (ask->key)
        return key_allows_account(ask->key, name, account, &ignored);
    return account->pooled_by_hand || c->sole || ask->models ||
           (ask->owner && account->number == ask->owner);
}

static void look_at(struct candidates *c, size_t i)
{
    const struct candidates_ask *ask = &c->ask;
    const struct account *account = c->at[i];
    struct choice_row *row = &c->rows[i];

    *row = (struct choice_row){ .name = str_of(account->name),
                                .priority = (int64_t)account->priority,
                                .weight = account->weight };
    row->allowed = may_serve(c, account);
    row->foreign = ask->owner && account->number != ask->owner;
    if (!row->allowed || row->foreign)
        return;
    /* Whoever names one knows better what it has. */
    row->no_model =
        !c->sole && ask->name.len == 0 && !gateway_has(account, ask->model);
    if (row->no_model) {
        c->without++;
        return;
    }
    row->tried = ask->tried && ask->tried(ask->arg, row->name);
    look_at_health(c, i);
    c->allowed++;
}

/* `count` of the list, from `first` on. */
static void look(struct candidates *c, size_t first, size_t count)
{
    struct arena *arena = c->ask.arena;

    c->at = c->list->at + first;
    c->count = count;
    c->rows = arena_alloc(arena, (count + 1) * sizeof(c->rows[0]));
    c->whys = arena_alloc(arena, (count + 1) * sizeof(c->whys[0]));
    for (size_t i = 0; i < count; i++)
        look_at(c, i);
}

/* Its key may have been changed since that was known: what is not its to use is as if
   nobody had it. */
static void heed_owner(struct candidates *c)
{
    bool serves = false;

    for (size_t i = 0; c->ask.owner && i < c->list->count && !serves; i++)
        serves = c->list->at[i]->number == c->ask.owner &&
                 may_serve(c, c->list->at[i]);
    if (!serves)
        c->ask.owner = 0;
}

/* Its place; that behind the last: it is not there. */
static size_t find(const struct account_list *list, struct str name)
{
    size_t i = 0;

    while (i < list->count && !str_eq(str_of(list->at[i]->name), name))
        i++;
    return i;
}

void candidates_look(struct candidates *candidates,
                     const struct candidates_ask *ask)
{
    const struct account_list *list;
    size_t first = 0;
    size_t count;

    *candidates = (struct candidates){ .ask = *ask,
                                       .list = accounts_list(ask->accounts) };
    list = candidates->list;
    count = list->count;
    candidates->sole = !ask->key && (count == 1 || ask->name.len > 0);
    heed_owner(candidates);
    if (ask->name.len > 0) {
        first = find(list, ask->name);
        count = first < list->count;
    }
    look(candidates, first, count);
}

/* Among those that are looked at. */
static size_t bound_row(const struct candidates *c)
{
    const struct candidates_ask *ask = &c->ask;
    uint64_t account = ask->session
                           ? bindings_find(accounts_bindings(ask->accounts),
                                           ask->session, ask->now_ms)
                           : 0;

    for (size_t i = 0; account && i < c->count; i++) {
        if (c->at[i]->number == account)
            return i;
    }
    return CHOICE_NONE;
}

bool candidates_look_at_bound(struct candidates *candidates,
                              const struct candidates_ask *ask)
{
    struct candidates *c = candidates;
    size_t bound;

    *c = (struct candidates){ .ask = *ask,
                              .list = accounts_list(ask->accounts) };
    c->at = c->list->at;
    c->count = c->list->count;
    heed_owner(c);
    bound = bound_row(c);
    if (bound != CHOICE_NONE)
        look(c, bound, 1);
    if (bound != CHOICE_NONE && c->rows[0].health.state == HEALTH_READY &&
        candidates_choose(c) != CHOICE_NONE)
        return true;
    candidates_done(c);
    return false;
}

void candidates_done(struct candidates *candidates)
{
    account_list_unref(candidates->list);
}

/* ---- choosing ------------------------------------------------------------ */

size_t candidates_choose(struct candidates *candidates)
{
    return choice_of(&(struct choice_ask){ .rows = candidates->rows,
                                           .count = candidates->count,
                                           .session = candidates->ask.session,
                                           .bound = bound_row(candidates),
                                           .random = clock_steady_ns() },
                     candidates->whys);
}

bool candidates_is_guest(const struct candidates *candidates)
{
    size_t bound = bound_row(candidates);

    if (bound == CHOICE_NONE)
        return false;
    switch (candidates->whys[bound]) {
    case CHOICE_FULL:
    case CHOICE_NO_MODEL:
    case CHOICE_NOT_OWNER:
        return true;
    case CHOICE_FINE:
    case CHOICE_NOT_ALLOWED:
    case CHOICE_TRIED:
    case CHOICE_STOPPED:
    case CHOICE_PAUSED:
    case CHOICE_LATER:
    case CHOICE_NOT_BOUND:
    case CHOICE_PRIORITY:
    case CHOICE_OTHER:
    case CHOICE_WHYS:
        break;
    }
    return false;
}

/* ---- waiting ------------------------------------------------------------- */

/* When the first of those that wait for a time may be asked again; 0: none does. */
static uint64_t earliest_end(const struct candidates *c)
{
    uint64_t until_ms = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct health_view *health = &c->rows[i].health;

        if (health->state == HEALTH_PAUSED &&
            (until_ms == 0 || health->until_ms < until_ms))
            until_ms = health->until_ms;
    }
    return until_ms;
}

static bool is_any_full(const struct candidates *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->whys[i] == CHOICE_FULL)
            return true;
    }
    return false;
}

bool candidates_opens_in_ms(struct candidates *candidates, uint64_t *in_ms)
{
    size_t chosen = candidates_choose(candidates);
    uint64_t now_ms = candidates->ask.now_ms;
    uint64_t until_ms;

    *in_ms = 0;
    if (chosen != CHOICE_NONE &&
        candidates->rows[chosen].health.state == HEALTH_READY)
        return true;
    *in_ms = FULL_RETRY_MS;
    if (is_any_full(candidates))
        return true;
    until_ms = earliest_end(candidates);
    *in_ms = until_ms > now_ms ? until_ms - now_ms : 0;
    return until_ms > now_ms;
}

/* ---- none of them -------------------------------------------------------- */

/* Behind "the account" or "the accounts". */
static const char *which(const struct candidates *c)
{
    const struct key *key = c->ask.key;

    if (key)
        return arena_printf(c->ask.arena, " that the relay key \"%s\" may use",
                            key->name)
            .at;
    return c->sole || c->ask.models ? "" : " in the pool";
}

static void refuse_for_none(const struct candidates *c, struct err *err)
{
    const struct key *key = c->ask.key;

    if (!key) {
        (void)choose_account(c->list, STR_EMPTY, c->ask.now_ms, err);
        return;
    }
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

/* Nobody is asked who would not know it.  Like a model that a key may not use, and no
   404: Claude Code has words of its own for those, and hides these. */
static void refuse_model(const struct candidates *c, struct err *err)
{
    char text[SHOWN_MAX];

    err_set(err, ERR_FORBIDDEN,
            "none of the accounts%s has the model \"%s\": it is on the "
            "model_map of none of them (claude-relay account set NAME --map)",
            which(c), shown_open(c->ask.model, text));
}

/* By whom, of those that are paused and are no guess: that they are is told to whoever
   has the key, but not what the operator notes about it. */
enum paused_by { BY_PROVIDER, BY_OPERATOR, BY_BOTH };

static enum paused_by paused_by(const struct candidates *c)
{
    size_t held = 0;
    size_t all = 0;

    for (size_t i = 0; i < c->count; i++) {
        bool paused = c->whys[i] == CHOICE_PAUSED;

        all += paused;
        held += paused && c->rows[i].health.held;
    }
    if (held == 0)
        return BY_PROVIDER;
    return held == all ? BY_OPERATOR : BY_BOTH;
}

static void refuse_paused(const struct candidates *c, uint64_t until_ms,
                          struct err *err)
{
    static const struct {
        const char *who;
        const char *what;
        const char *why;
    } words[][2] = {
        [BY_PROVIDER] = { { "of the accounts", "none has more to give before",
                            ": their limits at the provider are used up" },
                          { "the account", "has no more to give before",
                            ": its limit at the provider is used up" } },
        [BY_OPERATOR] = { { "of the accounts", "none serves before",
                            ": they are paused by the operator" },
                          { "the account", "is paused by the operator until",
                            "" } },
        [BY_BOTH] = { { "of the accounts", "none serves before",
                        ": they are paused by the operator, or their limits "
                        "at the provider are used up" } },
    };
    enum paused_by by = paused_by(c);
    bool one = c->allowed == 1;
    char until[TEXT_TIME_MAX];

    text_format_time(until_ms, until);
    err_set(err, ERR_RATE, "%s%s %s %s%s", words[by][one].who, which(c),
            words[by][one].what, until, words[by][one].why);
    err_retry_after(err, until_ms - c->ask.now_ms);
    err_opens_at(err, until_ms);
}

/* One that is busy is free again before one that is paused. */
static bool refuse_full(const struct candidates *c, struct err *err)
{
    if (!is_any_full(c))
        return false;
    err_set(err, ERR_RATE,
            "the accounts%s serve as many requests at once as they may: try "
            "again in a moment",
            which(c));
    return err_retry_after(err, FULL_RETRY_MS), true;
}

static void refuse_usable(const struct candidates *c, struct err *err)
{
    uint64_t until_ms = earliest_end(c);

    if (refuse_full(c, err))
        return;
    if (until_ms > 0) {
        refuse_paused(c, until_ms, err);
        return;
    }
    *err = c->first;
    if (c->allowed > 1)
        (void)err_wrap(err, "none of the %zu accounts%s is usable; the first",
                       c->allowed, which(c));
}

/* What the key may not use is refused in the same words whether it is there or
   not. */
static void refuse_named(const struct candidates *c, struct err *err)
{
    const struct key *key = c->ask.key;
    struct str name = c->ask.name;

    if (!key)
        (void)choose_account(c->list, name, c->ask.now_ms, err);
    else if (key_allows_account(key, name, c->count > 0 ? c->at[0] : NULL, err))
        err_set(err, ERR_NO_ACCOUNT,
                "the relay key \"%s\" may use the account \"" STR_FMT
                "\", but it is not there",
                key->name, STR_ARG(name));
}

bool candidates_refuse(const struct candidates *candidates, struct err *err)
{
    if (candidates->allowed > 0)
        refuse_usable(candidates, err);
    else if (candidates->without > 0)
        refuse_model(candidates, err);
    else if (candidates->ask.name.len > 0)
        refuse_named(candidates, err);
    else
        refuse_for_none(candidates, err);
    if (candidates->allowed > 0 && candidates->ask.owner)
        (void)err_wrap(err, "what the request names (a batch, a file) is known "
                            "to the account that made it alone");
    return false;
}
