// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include "account/accounts.h"
#include "account/choose.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "relay/candidates.h"
#include "relay/credential.h"
#include "relay/models.h"
#include "relay/owner.h"
#include "relay/record_fill.h"
#include "team/key.h"

static bool takes_seat(const struct relayed *r, const struct account *account)
{
    return !relayed_takes_place(r) ||
           vitals_enter(account->vitals, (unsigned)account->concurrency);
}

/* A place of the one that is named, or the only one; NULL if it has none left. */
static struct account *enter(const struct relayed *r, struct account *account,
                             struct err *err)
{
    if (!account || takes_seat(r, account))
        return account;
    (void)err_set(err, ERR_RATE,
                  "account \"%s\" serves as many requests at once as it may "
                  "(%llu): try again in a moment",
                  account->name, (unsigned long long)account->concurrency);
    err_retry_after(err, 1000);
    return NULL;
}

/* ---- nobody is named ---------------------------------------------------- */

static bool was_tried(void *arg, struct str account)
{
    return attempt_has_tried(arg, account);
}

/* Which of them will do. */
enum choosing { ANY, READY_ONES };

/* With a place of its own: another thread's request may have taken the last one
   since it was looked at. */
static struct account *choose(struct relayed *r, struct candidates *candidates,
                              enum choosing which)
{
    for (;;) {
        size_t chosen = candidates_choose(candidates);
        struct account *account;

        if (chosen == CHOICE_NONE ||
            (which == READY_ONES &&
             candidates->rows[chosen].health.state != HEALTH_READY))
            return NULL;
        account = candidates->at[chosen];
        if (takes_seat(r, account)) {
            r->attempt.guest = candidates_is_guest(candidates);
            return account_ref(account);
        }
        candidates->rows[chosen].full = true;
    }
}

/* One that is named has no part in what sessions and ids lead to. */
static struct candidates_ask ask_of(struct relayed *r, struct str name)
{
    const struct key *key = r->caller.key;
    struct str session = name.len > 0 ? STR_EMPTY : record_fill_session(r);

    r->attempt.session =
        candidates_session(r->req->arena, key ? key->id : 0, session);
    return (struct candidates_ask){
        .accounts = r->relay->options.accounts,
        .key = key,
        .name = name,
        .models = models_is_request(r->path),
        .model = r->told.model,
        .takes_place = relayed_takes_place(r),
        .session = r->attempt.session,
        .owner = name.len > 0 ? 0 : owner_find(r),
        .now_ms = clock_wall_ms(),
        .arena = r->req->arena,
        .tried = was_tried,
        .arg = &r->attempt,
    };
}

/* Where the session stays now; 0: nowhere. */
static uint64_t bound_now(const struct candidates_ask *ask)
{
    return ask->session ? bindings_find(accounts_bindings(ask->accounts),
                                        ask->session, ask->now_ms)
                        : 0;
}

static struct account *pick_bound(struct relayed *r,
                                  const struct candidates_ask *ask)
{
    struct candidates candidates;
    struct account *account;

    if (!candidates_look_at_bound(&candidates, ask))
        return NULL;
    account = choose(r, &candidates, ANY);
    candidates_done(&candidates);
    return account;
}

static struct account *pick_free(struct relayed *r,
                                 const struct candidates_ask *ask,
                                 enum choosing which, struct err *err)
{
    struct candidates candidates;
    struct account *account;

    candidates_look(&candidates, ask);
    account = choose(r, &candidates, which);
    if (!account)
        (void)candidates_refuse(&candidates, err);
    candidates_done(&candidates);
    return account;
}

/* A reference: to the one that is named, if any is. */
static struct account *pick_any(struct relayed *r, struct str name,
                                enum choosing which, struct err *err)
{
    const struct candidates_ask ask = ask_of(r, name);
    uint64_t bound = bound_now(&ask);
    struct account *account = pick_bound(r, &ask);

    if (!account)
        account = pick_free(r, &ask, which, err);
    if (account)
        r->attempt.bound = bound;
    return account;
}

/* ---- one is ---------------------------------------------------------------- */

/* The one that is named, or the only one; a reference. */
static struct account *pick_named(struct relayed *r, struct str name,
                                  struct err *err)
{
    struct account_list *list = accounts_list(r->relay->options.accounts);
    uint64_t now_ms = clock_wall_ms();
    struct account *account = choose_account(list, name, now_ms, err);

    if (account &&
        vitals_view_held(account->vitals, now_ms).state == HEALTH_PAUSED)
        account = pick_any(r, str_of(account->name), ANY, err);
    else
        account = account_ref(enter(r, account, err));
    account_list_unref(list);
    return account;
}

/* Without a key the one that is named, or the only one there is, serves whatever is known
   of it, but for the operator's own pause: its owner wants to see. */
static bool is_choosing(const struct relayed *r, struct str name)
{
    return r->caller.key ||
           (name.len == 0 && accounts_count(r->relay->options.accounts) > 1);
}

/* ---- both ------------------------------------------------------------------ */

bool pick_account(struct relayed *r, struct err *err)
{
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
    account = is_choosing(r, name) ? pick_any(r, name, ANY, err)
                                   : pick_named(r, name, err);
    if (account)
        attempt_take(r, account);
    return account != NULL;
}

void pick_bind(const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;

    if (attempt->session && attempt->account && !attempt->guest)
        bindings_renew(accounts_bindings(r->relay->options.accounts),
                       attempt->session, attempt->bound,
                       attempt->account->number, clock_wall_ms());
}

/* Several accounts may serve it: it named none. */
static bool may_choose(const struct relayed *r)
{
    struct str name;
    struct err ignored;

    return r->attempt.account &&
           credential_account(r->req->arena, &r->req->headers, r->req->query,
                              &name, &ignored) &&
           name.len == 0 && is_choosing(r, name);
}

bool pick_may_other(const struct relayed *r)
{
    return attempt_may_move(r) && may_choose(r) &&
           accounts_count(r->relay->options.accounts) > 1;
}

static struct account *pick_another(struct relayed *r, enum choosing which)
{
    struct err ignored;

    return pick_may_other(r) ? pick_any(r, STR_EMPTY, which, &ignored) : NULL;
}

struct account *pick_other(struct relayed *r)
{
    return pick_another(r, ANY);
}

struct account *pick_ready(struct relayed *r)
{
    return pick_another(r, READY_ONES);
}

bool pick_opens_s(struct relayed *r, bool told, unsigned *in_s)
{
    struct candidates_ask ask;
    struct candidates candidates;
    uint64_t in_ms;
    bool known;

    if (!may_choose(r))
        return false;
    ask = ask_of(r, STR_EMPTY);
    ask.tried = NULL;
    candidates_look(&candidates, &ask);
    known = (candidates.allowed > 1 || !told) &&
            candidates_opens_in_ms(&candidates, &in_ms);
    candidates_done(&candidates);
    if (known)
        *in_s = (unsigned)((in_ms + 999) / 1000);
    return known;
}
