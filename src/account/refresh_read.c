// SPDX-License-Identifier: MIT
/* New tokens for one account: the lock, the document as it is under it, and room for
   the next one. */
#include <stdio.h>
#include <string.h>

#include "account/elsewhere.h"
#include "account/refresh_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define LOCK_RETRY_MS 50
#define LOCK_PATIENCE_MS 60000
/* At the end, for a last look. */
#define VERIFY_PATIENCE_MS 5000

/* ---- LOCKING, PAUSING --------------------------------------------------- */

void refresh_begin_locking(struct refresh *r)
{
    refresh_start_job(r, STORE_OP_LOCK, NULL);
}

static bool is_patient(const struct refresh *r)
{
    uint64_t began_ms =
        r->plan.stopping ? r->kept->keeper->stopped_ms : r->began_ms;
    uint64_t patience_ms =
        r->plan.stopping ? VERIFY_PATIENCE_MS : LOCK_PATIENCE_MS;

    return (!r->plan.stopping || r->plan.verifying) &&
           clock_steady_ms() - began_ms < patience_ms;
}

enum refresh_event refresh_look_at_lock(struct refresh *r)
{
    if (store_job_error(r->job)) {
        r->err = *store_job_error(r->job);
        err_wrap(&r->err, "refreshing account \"%s\"", r->kept->name);
        return refresh_failed(r, REFRESH_NO_LOCK);
    }
    r->lock = store_job_take_lock(r->job);
    if (r->lock)
        return REFRESH_LOCKED;
    r->facts.patient = is_patient(r);
    err_set(&r->err, ERR_BUSY,
            "account \"%s\" is being refreshed by another process that does "
            "not finish; try again",
            r->kept->name);
    return r->facts.patient ? REFRESH_BUSY : refresh_failed(r, REFRESH_BUSY);
}

void refresh_begin_pausing(struct refresh *r)
{
    refresh_set_timer(r, LOCK_RETRY_MS);
}

enum refresh_event refresh_look_at_timer(struct refresh *r)
{
    refresh_weigh(r);
    return REFRESH_TIME;
}

/* ---- READING ------------------------------------------------------------ */

void refresh_begin_reading(struct refresh *r)
{
    refresh_start_job(r, STORE_OP_READ, NULL);
}

/* Tokens that memory has, for a document that has older ones, or for none. */
static void plan_to_restore(struct refresh *r)
{
    json_doc_free(r->patch);
    r->patch = kept_tokens(r->kept);
    r->version++;
    r->precious_ms = clock_steady_ms();
}

/* Not what a sign-in replaced there: that is good. */
static bool was_spent_by(const struct refresh *r,
                         const struct kept_account *other)
{
    struct account *shown =
        accounts_get(refresh_options(r)->accounts, str_of(other->name));
    bool spent = shown && shown->signed_in_ms == r->account->signed_in_ms &&
                 kept_is_spent(other, r->account->grant);

    account_unref(shown);
    return spent;
}

/* Under another name the grant is being asked with, or that call has just been answered:
   not all see that yet. */
static bool is_asked_with(const struct refresh *r, const char *grant,
                          char holder[ACCOUNT_NAME_MAX + 1])
{
    const struct list *all = &r->kept->keeper->kept;

    for (struct list *node = all->next; node != all; node = node->next) {
        const struct kept_account *other =
            LIST_ITEM(node, struct kept_account, node);
        const struct refresh *its = other->refresh;

        if (other == r->kept || other->kind != r->kind)
            continue;
        if (!was_spent_by(r, other) &&
            !(its && its->plan.state > REFRESH_READING &&
              strcmp(its->grant, grant) == 0))
            continue;
        text_copy(holder, ACCOUNT_NAME_MAX + 1, str_of(other->name));
        return true;
    }
    return false;
}

static void tell_elsewhere(struct refresh *r, const char *holder)
{
    const char *name = r->kept->name;
    char again[ACCOUNT_AGAIN_MAX];
    char word[ACCOUNT_WORD_MAX];

    r->elsewhere = true;
    err_set(&r->err, ERR_LOGIN_REQUIRED,
            "the tokens of account \"%s\" are those of account \"%s\", which "
            "renews them: they work once, and are not asked with here; remove "
            "this account with `claude-relay account remove %s`, or %s",
            name, holder, account_word(name, word),
            account_again(r->kind, name, true, again));
}

/* The grant that is about to be asked with. */
static bool is_elsewhere(struct refresh *r)
{
    char holder[ACCOUNT_NAME_MAX + 1];

    if (!elsewhere_is_spent(refresh_options(r)->accounts, r->account, holder) &&
        !is_asked_with(r, r->account->grant, holder))
        return false;
    tell_elsewhere(r, holder);
    return true;
}

/* Its file is away because it has another name now. */
static bool was_renamed(struct refresh *r)
{
    struct accounts *accounts = refresh_options(r)->accounts;
    struct account *ours = accounts_get(accounts, str_of(r->kept->name));
    char holder[ACCOUNT_NAME_MAX + 1];
    bool renamed = ours && ours->kind == r->kind &&
                   (elsewhere_is_held(accounts, ours, holder) ||
                    elsewhere_is_spent(accounts, ours, holder));

    account_unref(ours);
    if (renamed)
        tell_elsewhere(r, holder);
    return renamed;
}

/* Neither removed nor of any use: the whole document is written again, from what
   memory has of it. */
static enum refresh_event write_anew(struct refresh *r)
{
    r->whole = true;
    if (r->plan.precious && r->plan.goal != REFRESH_ADOPT)
        return REFRESH_AWAY;
    r->facts.known = r->kept->doc && (r->plan.precious || !was_renamed(r));
    if (r->facts.known)
        refresh_set_doc(r, json_doc_copy(r->kept->doc));
    if (r->facts.known && r->plan.goal != REFRESH_ADOPT) {
        log_line(LOG_WARN,
                 "account %s: its file is away or damaged: it is written from "
                 "memory",
                 r->kept->name);
        plan_to_restore(r);
    }
    return r->facts.known ? REFRESH_AWAY : refresh_failed(r, REFRESH_AWAY);
}

/* A damaged document is replaced if memory has the rest of it: its proxy. */
static bool can_do_without(const struct refresh *r)
{
    return r->err.code == ERR_BROKEN &&
           (r->kept->doc || (r->plan.precious && r->account));
}

static enum refresh_event not_there(struct refresh *r)
{
    const char *name = r->kept->name;

    if (store_job_was_removed(r->job)) {
        err_set(&r->err, ERR_NO_ACCOUNT, "there is no account \"%s\" any more",
                name);
        return REFRESH_GONE;
    }
    err_set(&r->err, ERR_IO,
            "the file of account \"%s\" is not there: put it back, or remove "
            "the account with `claude-relay account remove %s`",
            name, name);
    return write_anew(r);
}

static enum refresh_event was_read(struct refresh *r, struct json_doc *doc)
{
    refresh_set_doc(r, doc);
    r->whole = false;
    (void)snprintf(r->grant, sizeof(r->grant), "%s", r->account->grant);
    r->facts.spent =
        r->plan.goal != REFRESH_ADOPT && kept_is_older(r->kept, r->account);
    if (r->facts.spent) {
        log_line(LOG_WARN,
                 "account %s: its file holds tokens that are older than those "
                 "in memory: the newer ones are written back",
                 r->kept->name);
        plan_to_restore(r);
    }
    r->facts.choice =
        refresh_rules_decide(r->account, r->stale, r->why == REFRESH_BY_HAND,
                             clock_wall_ms(), &r->err);
    if (!r->facts.spent && r->facts.choice == REFRESH_ASK && is_elsewhere(r)) {
        r->facts.choice = REFRESH_REFUSE;
        return refresh_failed(r, REFRESH_READ);
    }
    return REFRESH_READ;
}

/* Between the question and its answer the file may have got the tokens of a sign-in
   that did not wait for the lock: those are newer than what the answer brought.  A
   file of somebody else does not say what it replaces, but when it expires. */
static bool is_overtaken(const struct refresh *r, const struct account *now)
{
    bool later = now->replaced ? account_has_replaced(now, r->grant)
                               : now->expires_at_ms > r->asked_until_ms;

    return !now->problem[0] && strcmp(now->grant, r->grant) != 0 &&
           strcmp(now->grant, r->account->grant) != 0 && later &&
           !kept_is_spent(r->kept, now->grant);
}

static void give_way(struct refresh *r)
{
    store_forget_note(refresh_options(r)->store, r->lock);
    kept_remember(r->kept, r->doc, r->account, r->grant);
    log_line(LOG_WARN,
             "account %s: its file got the tokens of another sign-in "
             "meanwhile: they stay, and those of the refresh are not used",
             r->kept->name);
}

static enum refresh_event read_again(struct refresh *r, struct json_doc *doc)
{
    struct account *now = account_from_doc(r->kind, str_of(r->kept->name), doc);

    r->facts.overtaken = is_overtaken(r, now);
    account_unref(now);
    refresh_set_doc(r, doc);
    r->whole = false;
    if (r->facts.overtaken)
        give_way(r);
    return REFRESH_READ;
}

enum refresh_event refresh_look_at_document(struct refresh *r)
{
    struct json_doc *doc;

    if (store_job_error(r->job)) {
        r->err = *store_job_error(r->job);
        return can_do_without(r) ? write_anew(r)
                                 : refresh_failed(r, REFRESH_UNREADABLE);
    }
    doc = store_job_take_doc(r->job);
    if (!doc)
        return not_there(r);
    return r->plan.precious && r->plan.goal != REFRESH_ADOPT
               ? read_again(r, doc)
               : was_read(r, doc);
}

/* ---- RESERVING ---------------------------------------------------------- */

void refresh_begin_reserving(struct refresh *r)
{
    refresh_start_job(r, STORE_OP_RESERVE, NULL);
}

/* By the API, with a 401: who asks by hand knows nothing of it. */
static bool was_refused(const struct refresh *r)
{
    const struct list *waits = &r->kept->waits;

    for (struct list *node = waits->next; node != waits; node = node->next) {
        const struct keeper_wait *wait =
            LIST_ITEM(node, struct keeper_wait, node);

        if (!wait->by_hand && secret_eq(secret_reveal(wait->stale),
                                        secret_reveal(r->account->token)))
            return true;
    }
    return false;
}

/* A token that works is worth more than one that may be lost with this process. */
static void weigh_room(struct refresh *r)
{
    r->facts.awaited = !list_is_empty(&r->kept->waits);
    r->facts.useless = r->account->login_required ||
                       account_needs_refresh(r->account, clock_wall_ms()) ||
                       was_refused(r);
}

enum refresh_event refresh_look_at_room(struct refresh *r)
{
    if (!store_job_error(r->job))
        return REFRESH_RESERVED;
    weigh_room(r);
    r->err = *store_job_error(r->job);
    err_wrap(&r->err,
             "account \"%s\" is not refreshed, for no room could be reserved "
             "for its new tokens, and nothing was spent: free some space, or "
             "mend what is wrong",
             r->kept->name);
    if (r->facts.awaited && r->facts.useless)
        return REFRESH_NO_ROOM;
    (void)refresh_failed(r, REFRESH_NO_ROOM);
    r->kept->spared = true;
    return REFRESH_NO_ROOM;
}
