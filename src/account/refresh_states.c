// SPDX-License-Identifier: MIT
/* New tokens for one account: the table of states, and those that ask and save. */
#include <assert.h>
#include <stdio.h>

#include "account/refresh_internal.h"
#include "account/refresh_log.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/reason.h"

#define SAVE_AT_STOP_MS 500

/* ---- what the states share ----------------------------------------------- */

void refresh_start_job(struct refresh *r, enum store_op op,
                       const struct json_doc *patch)
{
    char key[ACCOUNT_KEY_MAX];

    account_key(r->kind, str_of(r->kept->name), key);
    store_job_free(r->job);
    r->job =
        store_start(refresh_options(r)->store, refresh_options(r)->loop,
                    &(struct store_request){
                        .op = op, .key = key, .patch = patch, .lock = r->lock },
                    refresh_wake, r);
}

void refresh_set_timer(struct refresh *r, uint64_t in_ms)
{
    r->rang = false;
    loop_timer_set(r->timer, in_ms);
}

void refresh_count(const struct refresh *r, enum keeper_refresh how)
{
    if (r->why != REFRESH_SIGNED_IN && r->why != REFRESH_OLDER_FILE)
        atomic_fetch_add(&r->kept->keeper->refreshes[how], 1);
}

/* Not now: r->err says why. */
enum refresh_event refresh_postponed(struct refresh *r,
                                     enum refresh_event event,
                                     uint64_t retry_after_ms)
{
    uint64_t wait_ms = kept_postpone(r->kept, retry_after_ms);

    kept_tell_token(r->kept, wait_ms, r->err.text);
    refresh_log_postponed(r, wait_ms);
    refresh_count(r, KEEPER_REFRESH_FAILED);
    return event;
}

/* The same for what only ends a refresh that has nothing to lose. */
enum refresh_event refresh_failed(struct refresh *r, enum refresh_event event)
{
    return r->plan.precious || r->plan.verifying
               ? event
               : refresh_postponed(r, event, 0);
}

void refresh_set_doc(struct refresh *r, struct json_doc *doc)
{
    json_doc_free(r->doc);
    account_unref(r->account);
    r->doc = doc;
    r->account = account_from_doc(r->kind, str_of(r->kept->name), r->doc);
}

/* ---- ASKING ------------------------------------------------------------- */

static void begin_asking(struct refresh *r)
{
    const struct renewal *renewal = r->kind->renewal;
    struct buf body;

    (void)snprintf(r->grant, sizeof(r->grant), "%s", r->account->grant);
    r->asked_until_ms = r->account->expires_at_ms;
    buf_init_secret(&body, RENEWAL_BODY_MAX);
    renewal->ask(refresh_options(r)->config, r->doc, &body);
    r->call = token_call_start(
        &(struct token_call_options){
            .keeper = r->kept->keeper,
            .renewal = renewal,
            .name = r->kept->name,
            .proxy = proxy_choose(refresh_options(r)->proxy, NULL,
                                  r->account->proxy),
            .body = buf_str(&body) },
        refresh_wake, r);
    buf_done(&body);
}

/* What a failed save left behind is kept where the new members do not replace
   it.  Takes over `patch`. */
static void change_patch(struct refresh *r, struct json_doc *patch)
{
    if (r->plan.precious) {
        json_doc_merge(r->patch, patch);
        json_doc_free(patch);
    } else {
        json_doc_free(r->patch);
        r->patch = patch;
    }
    r->version++;
}

static struct json_doc *patched(const struct refresh *r)
{
    struct json_doc *doc =
        r->doc ? json_doc_copy(r->doc) : json_doc_new_object();

    json_doc_merge(doc, r->patch);
    return doc;
}

/* Before anything else, a system call even: a process that is killed from now on
   leaves the tokens behind. */
static void note(struct refresh *r)
{
    struct json_doc *doc = patched(r);

    if (store_note(refresh_options(r)->store, r->lock, doc))
        r->noted = r->version;
    json_doc_free(doc);
}

/* So many are remembered: a refresh every eight hours, for ten days; and the first one,
   by which what it was imported from is known for good. */
#define REPLACED_MAX 32

/* The patch tells which grants its tokens replace, so that an older file is known as
   older whoever reads it. */
static void set_replaced(struct refresh *r)
{
    struct json_doc *replaced = json_doc_new_array();
    const struct json_doc *before = r->account ? r->account->replaced : NULL;
    size_t count = json_doc_count(before);

    if (r->grant[0])
        json_doc_add(replaced, json_doc_new_str(str_of(r->grant)));
    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count || json_doc_count(replaced) < REPLACED_MAX - 1)
            json_doc_add(replaced, json_doc_copy(json_doc_at(before, i)));
    }
    json_doc_set(r->patch, "replaced", replaced);
}

/* From now on these are the account's tokens, whatever becomes of the document: the
   grant that was asked with is spent. */
static void take_up(struct refresh *r)
{
    refresh_set_doc(r, patched(r));
    kept_remember(r->kept, r->doc, r->account, r->grant);
}

/* It may be spent: then the next refresh says that a sign-in is needed. */
static void say_spoilt(const struct refresh *r)
{
    char again[ACCOUNT_AGAIN_MAX];

    log_line(LOG_WARN,
             "account %s: the new refresh token cannot be one (it is too long, "
             "or has other characters than visible ASCII): the old one stays; "
             "if the next refresh is refused, %s",
             r->kept->name,
             account_again(r->kind, r->kept->name, false, again));
}

static enum refresh_event granted(struct refresh *r,
                                  const struct renewal_answer *answer)
{
    change_patch(r, answer->patch);
    json_doc_set(r->patch, "login_required", json_doc_new_null());
    set_replaced(r);
    note(r);
    take_up(r);
    if (answer->spoilt)
        say_spoilt(r);
    r->precious_ms = clock_steady_ms();
    r->kept->fresh_until_ms = clock_wall_ms() + answer->lifetime_ms / 2;
    return REFRESH_GRANTED;
}

/* The mark survives a restart; it holds for this grant only. */
static enum refresh_event refused(struct refresh *r)
{
    change_patch(r, json_doc_new_object());
    json_doc_set_str(r->patch, "login_required", str_of(r->grant));
    refresh_log_refused(r);
    refresh_count(r, KEEPER_REFRESH_REFUSED);
    return REFRESH_REFUSED;
}

static enum refresh_event look_at_answer(struct refresh *r)
{
    struct renewal_answer answer = token_call_take(r->call);
    const char *name = r->kept->name;
    char again[ACCOUNT_AGAIN_MAX];

    if (answer.verdict == RENEWAL_GRANTED)
        return granted(r, &answer);
    if (answer.verdict == RENEWAL_REFUSED) {
        REASON_SET(&r->err, SIGN_IN_REFUSED, name, answer.err.text,
                   account_again(r->kind, name, true, again));
        err_as(&r->err, answer.err.code);
        return refused(r);
    }
    REASON_SET(&r->err, TOKEN_NOT_REFRESHED, name, answer.err.text);
    err_as(&r->err, answer.err.code);
    return refresh_postponed(r, REFRESH_TRANSIENT, answer.retry_after_ms);
}

/* ---- SAVING ------------------------------------------------------------- */

static void begin_saving(struct refresh *r)
{
    bool adopts = r->plan.goal == REFRESH_ADOPT;
    bool creates = r->whole || adopts;
    struct json_doc *whole;

    if (adopts && r->account && !json_doc_get(r->patch, "replaced"))
        set_replaced(r);
    whole = r->whole ? patched(r) : NULL;
    r->saving = r->version;
    refresh_start_job(r, creates ? STORE_OP_UPDATE : STORE_OP_CHANGE,
                      whole ? whole : r->patch);
    json_doc_free(whole);
}

/* From here on the document is what it will be once it is saved.  What was restored
   spent nothing of what lay in the file. */
static void apply_patch(struct refresh *r)
{
    refresh_set_doc(r, patched(r));
    if (r->plan.precious)
        kept_remember(r->kept, r->doc, r->account,
                      r->plan.goal == REFRESH_RESTORE ? "" : r->grant);
}

static enum refresh_event not_found(struct refresh *r)
{
    if (!store_job_was_removed(r->job)) {
        r->whole = true;
        return REFRESH_AWAY;
    }
    err_set(&r->err, ERR_NO_ACCOUNT, "account \"%s\" was removed",
            r->kept->name);
    return REFRESH_GONE;
}

static enum refresh_event look_at_save(struct refresh *r)
{
    const struct err *err = store_job_error(r->job);

    apply_patch(r);
    if (err && err->code == ERR_NOT_FOUND)
        return not_found(r);
    if (err && err->code == ERR_BROKEN && !r->whole) {
        r->whole = true;
        return REFRESH_AWAY;
    }
    refresh_weigh(r);
    r->facts.newer = r->saving != r->version;
    return err ? REFRESH_NOT_SAVED : REFRESH_SAVED;
}

/* ---- HELD --------------------------------------------------------------- */

uint64_t refresh_limit_ms(const struct refresh *r)
{
    uint64_t since_ms = r->kept->keeper->stopped_ms;

    return (since_ms > r->precious_ms ? since_ms : r->precious_ms) +
           refresh_options(r)->save_at_stop_ms;
}

void refresh_weigh(struct refresh *r)
{
    r->facts.unread = !r->account;
    r->facts.due =
        r->account && account_needs_refresh(r->account, clock_wall_ms());
    r->facts.too_late =
        r->plan.stopping && clock_steady_ms() >= refresh_limit_ms(r);
}

/* In use from memory, as far as they can be used. */
static void show_held(struct refresh *r)
{
    const char *why =
        store_job_error(r->job) ? store_job_error(r->job)->text : r->err.text;

    log_line(LOG_ERROR,
             "account %s: its new tokens are not saved yet: %s; trying again",
             r->kept->name, why);
    if (!r->account) {
        kept_answer(r->kept, &r->err);
        return;
    }
    (void)snprintf(r->account->unsaved, sizeof(r->account->unsaved), "%.479s",
                   why);
    accounts_put(refresh_options(r)->accounts, account_ref(r->account), true);
    kept_answer(r->kept, NULL);
}

static void begin_holding(struct refresh *r)
{
    uint64_t wait_ms = refresh_rules_save_again_ms(++r->saves);

    show_held(r);
    if (r->plan.stopping && wait_ms > SAVE_AT_STOP_MS)
        wait_ms = SAVE_AT_STOP_MS;
    refresh_set_timer(r, wait_ms);
}

/* ---- the table ---------------------------------------------------------- */

static bool job_is_done(const struct refresh *r)
{
    return store_job_is_done(r->job);
}

static bool timer_rang(const struct refresh *r)
{
    return r->rang;
}

static bool call_is_done(const struct refresh *r)
{
    return token_call_is_done(r->call);
}

static const struct {
    void (*begin)(struct refresh *r);
    bool (*is_done)(const struct refresh *r);
    enum refresh_event (*look)(struct refresh *r);
} states[REFRESH_OVER] = {
    [REFRESH_LOCKING] = { refresh_begin_locking, job_is_done,
                          refresh_look_at_lock },
    [REFRESH_PAUSING] = { refresh_begin_pausing, timer_rang,
                          refresh_look_at_timer },
    [REFRESH_READING] = { refresh_begin_reading, job_is_done,
                          refresh_look_at_document },
    [REFRESH_RESERVING] = { refresh_begin_reserving, job_is_done,
                            refresh_look_at_room },
    [REFRESH_ASKING] = { begin_asking, call_is_done, look_at_answer },
    [REFRESH_SAVING] = { begin_saving, job_is_done, look_at_save },
    [REFRESH_HELD] = { begin_holding, timer_rang, refresh_look_at_timer },
};

void refresh_begin(struct refresh *r)
{
    assert(r->plan.state < REFRESH_OVER);
    loop_timer_stop(r->timer);
    token_call_free(r->call);
    r->call = NULL;
    refresh_log_state(r);
    states[r->plan.state].begin(r);
}

bool refresh_look(struct refresh *r, enum refresh_event *event)
{
    if (!states[r->plan.state].is_done(r))
        return false;
    r->facts = (struct refresh_facts){ 0 };
    *event = states[r->plan.state].look(r);
    return true;
}
