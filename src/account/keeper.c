// SPDX-License-Identifier: MIT
/* The keeper of accounts: who waits for what, and when it is time. */
#include <assert.h>

#include "account/change.h"
#include "account/facts.h"
#include "account/login.h"
#include "account/refresh.h"
#include "account/refresh_rules.h"
#include "account/token_call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reason.h"

#define SWEEP_MS 15000
/* Refreshes ahead of time that run at once; nobody waits for them. */
#define AHEAD_MAX 8

static void sweep(void *arg);

struct keeper *keeper_new(const struct keeper_options *options)
{
    struct keeper *keeper = MEM_NEW(struct keeper);

    keeper->options = *options;
    keeper->upstream = upstream_new(options->loop, options->config->ca_file.at);
    upstream_make_known(keeper->upstream, options->outgoing);
    list_init(&keeper->kept);
    list_init(&keeper->calls);
    list_init(&keeper->timed);
    keeper->patience =
        loop_timer_new(options->loop, keeper_wait_expire, keeper);
    keeper->sweep = loop_timer_new(options->loop, sweep, keeper);
    return keeper;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    assert(keeper->running == 0 && list_is_empty(&keeper->calls));
    assert(list_is_empty(&keeper->timed));
    while (!list_is_empty(&keeper->kept))
        kept_free(LIST_ITEM(keeper->kept.next, struct kept_account, node));
    loop_timer_free(keeper->patience);
    loop_timer_free(keeper->sweep);
    upstream_free(keeper->upstream);
    mem_free(keeper);
}

/* ---- what it finds out by itself ----------------------------------------- */

static struct audit *by_itself(struct keeper *keeper, const char *action,
                               const char *name)
{
    return audit_begin(keeper->options.audit,
                       &(struct audit_act){ .who = AUDIT_BY_RELAY,
                                            .peer = STR_EMPTY,
                                            .action = action,
                                            .target = str_of(name) });
}

void keeper_found(struct keeper *keeper, const char *action, const char *name,
                  const struct account *before, const struct account *after)
{
    struct json_doc *was = account_facts(before);
    struct json_doc *is = account_facts(after);
    struct audit *audit;

    if (json_doc_is_same(was, is)) {
        json_doc_free(was);
        json_doc_free(is);
        return;
    }
    audit = by_itself(keeper, action, name);
    audit_before(audit, was);
    audit_after(audit, is);
    audit_done(audit);
}

/* ---- kept accounts ------------------------------------------------------- */

bool keeper_is_spent(struct keeper *keeper, const struct account *account)
{
    return kept_is_older(kept_find(keeper, account->name), account);
}

void keeper_restore(struct keeper *keeper, const char *name)
{
    struct kept_account *kept = kept_find(keeper, name);

    if (!kept->refresh && !keeper->stopping)
        refresh_start(kept, NULL, REFRESH_OLDER_FILE);
}

void keeper_lose(struct keeper *keeper, const struct account *account)
{
    keeper_found(keeper, "account.removed", account->name, account, NULL);
}

void keeper_forget(struct keeper *keeper, const char *name)
{
    refresh_drop(kept_find(keeper, name));
}

/* ---- ahead of time ------------------------------------------------------ */

static void look_at(void *arg, const struct account *account)
{
    struct keeper *keeper = arg;
    struct kept_account *kept;

    if (!account->can_refresh || keeper->running >= AHEAD_MAX)
        return;
    kept = kept_find(keeper, account->name);
    if (!kept->refresh && kept_backs_off_ms(kept) == 0 &&
        refresh_rules_is_due(account, kept->jitter_ms, kept->fresh_until_ms,
                             clock_wall_ms()))
        refresh_start(kept, secret_ref(account->token),
                      account_needs_refresh(account, clock_wall_ms())
                          ? REFRESH_EXPIRED
                          : REFRESH_EXPIRES_SOON);
}

void keeper_look(struct keeper *keeper)
{
    if (keeper->stopping)
        return;
    accounts_each(keeper->options.accounts, look_at, keeper);
    loop_timer_set(keeper->sweep, SWEEP_MS);
}

static void sweep(void *arg)
{
    keeper_look(arg);
}

/* ---- questions ---------------------------------------------------------- */

/* Who has a live token asks for another because it was refused. */
static enum refresh_why why_asked(const struct keeper_wait *wait,
                                  const struct account *account)
{
    if (wait->by_hand)
        return REFRESH_BY_HAND;
    return account_needs_refresh(account, clock_wall_ms())
               ? REFRESH_EXPIRED
               : REFRESH_REFUSED_401;
}

/* Answered at once from memory, or joined to what is under way. */
static void refresh_asked(struct keeper_wait *wait, struct account *account)
{
    struct keeper *keeper = wait->keeper;
    struct kept_account *kept = kept_find(keeper, wait->name);
    const struct secret *stale = wait->stale ? wait->stale : account->token;
    struct err err;

    switch (refresh_rules_decide(account, stale, wait->by_hand, clock_wall_ms(),
                                 &err)) {
    case REFRESH_USE:
        keeper_wait_end(wait, NULL);
        return;
    case REFRESH_REFUSE:
        keeper_wait_end(wait, &err);
        return;
    case REFRESH_ASK:
        break;
    }
    if (!kept->refresh && !wait->by_hand && !kept->spared &&
        kept_backs_off_ms(kept) > 0) {
        err = kept->last;
        err_retry_after(&err, kept_backs_off_ms(kept));
        keeper_wait_end(wait, &err);
        return;
    }
    if (!wait->stale)
        wait->stale = secret_ref(account->token);
    list_push(&kept->waits, &wait->node);
    keeper_wait_time(wait);
    if (kept->refresh)
        refresh_hurry(kept);
    else
        refresh_start(kept, secret_ref(account->token),
                      why_asked(wait, account));
}

/* The mark that survives a restart; it holds for the grant that was refused. */
static void refused(struct keeper_wait *wait, struct account *account)
{
    struct kept_account *kept = kept_find(wait->keeper, wait->name);
    char again[ACCOUNT_AGAIN_MAX];
    bool same =
        wait->stale && account->token &&
        secret_eq(secret_reveal(wait->stale), secret_reveal(account->token));

    if (!same || !account->kind->renewal || account->login_required ||
        kept->marking) {
        keeper_wait_end(wait, NULL);
        return;
    }
    kept->marking = true;
    wait->audit = by_itself(wait->keeper, "account.refused", wait->name);
    audit_before(wait->audit, account_facts(account));
    log_line(LOG_ERROR,
             "account %s: its token was refused again after a refresh: %s",
             account->name,
             account_again(account->kind, account->name, false, again));
    wait->change = json_doc_new_object();
    json_doc_set_str(wait->change, "login_required", str_of(account->grant));
    change_start(wait, account);
}

static void adopt_asked(struct keeper_wait *wait)
{
    struct kept_account *kept = kept_find(wait->keeper, wait->name);

    list_push(&kept->waits, &wait->node);
    keeper_wait_time(wait);
    refresh_adopt(kept, wait->kind, wait->change);
}

void keeper_tell_taken(const struct account *account, struct err *err)
{
    char again[ACCOUNT_AGAIN_MAX];

    REASON_SET(err, ACCOUNT_EXISTS, account->name,
               account_again(account->kind, account->name, true, again));
}

/* Checked here, where changes of accounts come one after the other. */
static void create_asked(struct keeper_wait *wait)
{
    struct account *account =
        accounts_get(wait->keeper->options.accounts, str_of(wait->name));
    struct err err;

    if (account) {
        keeper_tell_taken(account, &err);
        keeper_wait_end(wait, &err);
        account_unref(account);
        return;
    }
    change_start(wait, NULL);
}

static void asked_of_account(struct keeper_wait *wait)
{
    struct account *account =
        accounts_get(wait->keeper->options.accounts, str_of(wait->name));
    struct err err;

    if (!account) {
        (void)account_missing(str_of(wait->name), ERR_NOT_FOUND, &err);
        keeper_wait_end(wait, &err);
    } else if (wait->op == KEEPER_REFRESH) {
        refresh_asked(wait, account);
    } else if (wait->op == KEEPER_REFUSED) {
        refused(wait, account);
    } else {
        change_start(wait, account);
    }
    account_unref(account);
}

void keeper_arrived(struct keeper_wait *wait)
{
    struct err err;

    if (wait->keeper->stopping && wait->op != KEEPER_ADOPT) {
        REASON_SET(&err, RELAY_STOPS);
        keeper_wait_end(wait, &err);
        return;
    }
    switch (wait->op) {
    case KEEPER_REFRESH:
    case KEEPER_REFUSED:
    case KEEPER_CHANGE:
    case KEEPER_REMOVE:
        asked_of_account(wait);
        break;
    case KEEPER_CREATE:
    case KEEPER_TRY_CREATE:
        create_asked(wait);
        break;
    case KEEPER_ADOPT:
        adopt_asked(wait);
        break;
    case KEEPER_LOGIN:
        keeper_wait_time(wait);
        login_start(wait);
        break;
    }
}

/* ---- stopping ----------------------------------------------------------- */

void keeper_begin(struct keeper *keeper)
{
    keeper->running++;
}

void keeper_end(struct keeper *keeper)
{
    keeper->running--;
    if (keeper->stopping && keeper->running == 0)
        keeper->idle(keeper->idle_arg);
}

void keeper_stop(struct keeper *keeper, void (*idle)(void *arg), void *arg)
{
    assert(!keeper->stopping);
    keeper->stopping = true;
    keeper->stopped_ms = clock_steady_ms();
    keeper->idle = idle;
    keeper->idle_arg = arg;
    loop_timer_stop(keeper->sweep);
    keeper->running++;
    for (struct list *node = keeper->kept.next; node != &keeper->kept;
         node = node->next)
        refresh_stop(LIST_ITEM(node, struct kept_account, node));
    keeper_end(keeper);
}

bool keeper_is_idle(const struct keeper *keeper)
{
    return keeper->running == 0;
}

void keeper_describe(struct keeper *keeper, struct buf *out)
{
    token_call_describe(keeper, out);
    for (struct list *node = keeper->kept.next; node != &keeper->kept;
         node = node->next)
        refresh_describe(LIST_ITEM(node, struct kept_account, node), out);
}

const char *keeper_refresh_word(enum keeper_refresh how)
{
    static const char *const words[KEEPER_REFRESHES] = {
        [KEEPER_REFRESH_SAVED] = "saved",
        [KEEPER_REFRESH_FAILED] = "failed",
        [KEEPER_REFRESH_REFUSED] = "refused",
        [KEEPER_REFRESH_LOST] = "lost",
    };

    return words[how];
}

uint64_t keeper_refreshes(const struct keeper *keeper, enum keeper_refresh how)
{
    return atomic_load(&keeper->refreshes[how]);
}

size_t keeper_lost(const struct keeper *keeper)
{
    return keeper->lost;
}
