// SPDX-License-Identifier: MIT
/* New tokens for one account; the states are drawn in the header. */
#include "account/refresh.h"

#include <stdio.h>

#include "account/kinds.h"
#include "account/refresh_rules.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define BODY_MAX 16384
#define LOCK_RETRY_MS 50
#define LOCK_PATIENCE_MS 60000
#define SAVE_RETRIES_AT_STOP 3

struct refresh {
    struct flow flow;
    struct charge *charge;
    struct secret *stale;
    bool by_hand;
    bool adopting; /* `patch` came from a login */
    bool dropped;  /* the account is being removed */
    uint64_t began_ms;
    struct loop_timer *timer;
    struct store_job *job;
    struct store_lock *lock;
    struct json_doc *doc;    /* as read under the lock */
    struct account *account; /* of `doc` */
    struct fetch *fetch;
    struct json_doc *patch; /* what to save */
    unsigned version;       /* of `patch` */
    unsigned saving;        /* the version that is being saved */
    unsigned saves;         /* that failed */
    struct err err;
    bool failed;
};

static struct flow_next lock(struct flow *flow);
static struct flow_next locked(struct flow *flow);
static struct flow_next read(struct flow *flow);
static struct flow_next decide(struct flow *flow);
static struct flow_next ask(struct flow *flow);
static struct flow_next judge(struct flow *flow);
static struct flow_next save(struct flow *flow);
static struct flow_next saved(struct flow *flow);
static struct flow_next hold(struct flow *flow);
static struct flow_next go_on_holding(struct flow *flow);

static struct refresh *refresh_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct refresh, flow);
}

static const struct keeper_options *options_of(const struct refresh *r)
{
    return &r->charge->keeper->options;
}

static void wake(void *arg)
{
    struct refresh *r = arg;

    flow_wake(&r->flow);
}

/* End without new tokens; r->err says why.  Tokens that wait to be saved are not
   dropped for that. */
static struct flow_next give_up(struct refresh *r)
{
    if (r->saves > 0 && !r->dropped) {
        charge_answer(r->charge, &r->err);
        loop_timer_set(r->timer, refresh_rules_save_again_ms(r->saves));
        return flow_sleep_then(go_on_holding);
    }
    r->failed = true;
    return flow_finish();
}

/* Nothing new is begun while the relay stops or the account is removed. */
static bool may_go_on(struct refresh *r)
{
    if (r->dropped)
        return err_set(&r->err, ERR_NO_ACCOUNT, "account \"%s\" was removed",
                       r->charge->name);
    if (r->charge->keeper->stopping && !r->adopting)
        return err_set(&r->err, ERR_BUSY, "the relay is stopping; try again");
    return true;
}

static void start_job(struct refresh *r, enum store_op op, const char *key)
{
    struct store_request request = { .op = op, .key = key, .patch = r->patch };

    store_job_free(r->job);
    r->job = store_start(options_of(r)->store, options_of(r)->loop, &request,
                         wake, r);
}

static void account_key_of(const struct refresh *r, char key[ACCOUNT_KEY_MAX])
{
    account_key(&account_kind_oauth, str_of(r->charge->name), key);
}

/* ---- LOCKING ------------------------------------------------------------ */

static struct flow_next lock(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    if (!may_go_on(r))
        return give_up(r);
    account_key_of(r, key);
    start_job(r, STORE_OP_LOCK, key);
    return flow_sleep_then(locked);
}

/* A login's tokens are saved even without the lock: they exist nowhere else. */
static struct flow_next not_locked(struct refresh *r)
{
    if (loop_now_ms(options_of(r)->loop) - r->began_ms < LOCK_PATIENCE_MS) {
        loop_timer_set(r->timer, LOCK_RETRY_MS);
        return flow_sleep_then(lock);
    }
    if (r->adopting)
        return flow_go(read);
    err_set(&r->err, ERR_BUSY,
            "account \"%s\" is being refreshed by another process that does "
            "not finish; try again",
            r->charge->name);
    return give_up(r);
}

static struct flow_next locked(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (!store_job_is_done(r->job))
        return flow_sleep_then(locked);
    if (store_job_error(r->job) && !r->adopting) {
        r->err = *store_job_error(r->job);
        return give_up(r);
    }
    r->lock = store_job_take_lock(r->job);
    return r->lock || store_job_error(r->job) ? flow_go(read) : not_locked(r);
}

/* ---- READING ------------------------------------------------------------ */

static struct flow_next read(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    account_key_of(r, key);
    start_job(r, STORE_OP_READ, key);
    return flow_sleep_then(decide);
}

static bool take_account(struct refresh *r)
{
    const struct err *err = store_job_error(r->job);
    struct str name = str_of(r->charge->name);

    if (err) {
        r->err = *err;
        return false;
    }
    r->doc = store_job_take_doc(r->job);
    if (!r->doc)
        return err_set(&r->err, ERR_NO_ACCOUNT,
                       "there is no account \"%s\" any more", r->charge->name);
    r->account = account_from_doc(&account_kind_oauth, name, r->doc);
    return true;
}

/* Somebody else was first: what they saved is what everybody gets. */
static struct flow_next use_what_is_there(struct refresh *r)
{
    accounts_put(options_of(r)->accounts, account_ref(r->account), false);
    return flow_finish();
}

/* A login's tokens wait until the document they belong into can be read: without
   the rest of it (its proxy) they must not be used. */
static struct flow_next wait_to_read(struct refresh *r)
{
    log_line(LOG_ERROR,
             "account %s: its new tokens cannot be saved: %s; trying again",
             r->charge->name, r->err.text);
    charge_answer(r->charge, &r->err);
    if (r->charge->keeper->stopping && r->saves >= SAVE_RETRIES_AT_STOP)
        return flow_finish();
    loop_timer_set(r->timer, refresh_rules_save_again_ms(++r->saves));
    return flow_sleep_then(read);
}

static struct flow_next decide(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    bool there;

    if (!store_job_is_done(r->job))
        return flow_sleep_then(decide);
    there = take_account(r);
    if (r->adopting && store_job_error(r->job))
        return wait_to_read(r);
    if (r->adopting)
        return flow_go(save);
    if (!there)
        return give_up(r);
    switch (refresh_rules_decide(r->account, r->stale, r->by_hand,
                                 clock_wall_ms(), &r->err)) {
    case REFRESH_ASK:
        return flow_go(ask);
    case REFRESH_USE:
        return use_what_is_there(r);
    case REFRESH_REFUSE:
        break;
    }
    return give_up(r);
}

/* ---- ASKING ------------------------------------------------------------- */

static struct flow_next ask(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    const struct keeper_options *options = options_of(r);
    struct str token = STR_EMPTY;
    struct buf body;

    if (!may_go_on(r))
        return give_up(r);
    (void)json_doc_get_str(r->doc, "refresh_token", &token);
    buf_init_secret(&body, BODY_MAX);
    oauth_refresh_body(&r->charge->keeper->client, token, &body);
    fetch_free(r->fetch);
    r->fetch =
        keeper_fetch(r->charge->keeper,
                     proxy_choose(options->proxy, NULL, r->account->proxy),
                     buf_str(&body), wake, r);
    buf_done(&body);
    return flow_sleep_then(judge);
}

/* What a failed save left behind is kept where the new members do not replace
   it.  Takes over `patch`. */
static void change_patch(struct refresh *r, struct json_doc *patch)
{
    if (r->patch) {
        json_doc_merge(r->patch, patch);
        json_doc_free(patch);
    } else {
        r->patch = patch;
    }
    r->version++;
}

/* The mark that survives a restart; it holds for this grant only. */
static struct flow_next mark(struct refresh *r)
{
    r->failed = true;
    change_patch(r, json_doc_new_object());
    json_doc_set_str(r->patch, "login_required", str_of(r->account->grant));
    log_line(LOG_ERROR, "account %s: %s", r->charge->name, r->err.text);
    return flow_go(save);
}

static struct flow_next postpone(struct refresh *r, uint64_t retry_after_ms)
{
    struct charge *charge = r->charge;
    uint64_t wait_ms =
        refresh_rules_backoff_ms(++charge->failures, retry_after_ms);

    charge->not_before_ms = clock_steady_ms() + wait_ms;
    log_line(LOG_WARN,
             "account %s: the token could not be refreshed, next try in "
             "%llu s: %s",
             charge->name, (unsigned long long)(wait_ms + 999) / 1000,
             r->err.text);
    return give_up(r);
}

static struct flow_next judge_answer(struct refresh *r)
{
    struct oauth_answer answer =
        oauth_judge(fetch_status(r->fetch), fetch_headers(r->fetch),
                    fetch_body(r->fetch), clock_wall_ms());

    if (answer.verdict == OAUTH_GRANTED) {
        change_patch(r, answer.patch);
        json_doc_set(r->patch, "login_required", json_doc_new_null());
        r->charge->fresh_until_ms = clock_wall_ms() + answer.lifetime_ms / 2;
        return flow_go(save);
    }
    err_set(&r->err, answer.err.code,
            "the token of account \"%s\" could not be refreshed: %s%s",
            r->charge->name, answer.err.text,
            answer.verdict == OAUTH_REFUSED
                ? "; sign in again with `claude-relay login NAME` or POST "
                  "/oauth/auth-url"
                : "");
    if (answer.verdict == OAUTH_REFUSED)
        return mark(r);
    return postpone(r, answer.retry_after_ms);
}

static struct flow_next judge(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (fetch_state(r->fetch) == FETCH_BUSY)
        return flow_sleep_then(judge);
    if (r->adopting)
        return flow_go(save);
    if (fetch_state(r->fetch) == FETCH_ANSWERED)
        return judge_answer(r);
    r->err = *fetch_error(r->fetch);
    err_wrap(&r->err, "refreshing the token of account \"%s\"",
             r->charge->name);
    return postpone(r, 0);
}

/* ---- SAVING ------------------------------------------------------------- */

static struct flow_next save(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    if (r->dropped)
        return give_up(r);
    account_key_of(r, key);
    r->saving = r->version;
    start_job(r, STORE_OP_UPDATE, key);
    return flow_sleep_then(saved);
}

/* From here on the document is what it will be once it is saved. */
static void apply_patch(struct refresh *r)
{
    if (!r->doc)
        r->doc = json_doc_new_object();
    json_doc_merge(r->doc, r->patch);
    account_unref(r->account);
    r->account =
        account_from_doc(&account_kind_oauth, str_of(r->charge->name), r->doc);
}

static struct flow_next saved(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (!store_job_is_done(r->job))
        return flow_sleep_then(saved);
    if (r->dropped)
        return give_up(r);
    if (r->saving != r->version)
        return flow_go(save);
    apply_patch(r);
    /* A mark that cannot be saved is found again. */
    if (store_job_error(r->job) && !r->failed)
        return flow_go(hold);
    accounts_put(options_of(r)->accounts, account_ref(r->account), false);
    if (!r->failed) {
        r->charge->failures = 0;
        log_line(LOG_INFO, "account %s: new tokens saved", r->charge->name);
    }
    return flow_finish();
}

/* ---- HELD --------------------------------------------------------------- */

/* A token that expires while the store cannot be written gets its successor all
   the same. */
static struct flow_next go_on_holding(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (account_needs_refresh(r->account, clock_wall_ms()) && may_go_on(r))
        return flow_go(ask);
    return flow_go(save);
}

static void show_held(struct refresh *r, const char *why)
{
    (void)snprintf(r->account->unsaved, sizeof(r->account->unsaved), "%.199s",
                   why);
    accounts_put(options_of(r)->accounts, account_ref(r->account), true);
    log_line(LOG_ERROR,
             "account %s: its new tokens are in use but could not be saved: "
             "%s; trying again",
             r->charge->name, why);
}

static struct flow_next hold(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    show_held(r, store_job_error(r->job)->text);
    charge_answer(r->charge, NULL);
    if (r->charge->keeper->stopping && r->saves >= SAVE_RETRIES_AT_STOP) {
        log_line(LOG_ERROR,
                 "account %s: stopping without its new tokens on disk: sign in "
                 "again",
                 r->charge->name);
        return flow_finish();
    }
    loop_timer_set(r->timer, refresh_rules_save_again_ms(++r->saves));
    return flow_sleep_then(go_on_holding);
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    struct charge *charge = r->charge;
    struct err err = r->err;
    bool failed = r->failed;

    charge->refresh = NULL;
    if (failed)
        charge->last = err;
    store_job_free(r->job);
    store_unlock(options_of(r)->store, r->lock);
    loop_timer_free(r->timer);
    fetch_free(r->fetch);
    secret_unref(r->stale);
    account_unref(r->account);
    json_doc_free(r->doc);
    json_doc_free(r->patch);
    mem_free(r);
    charge_answer(charge, failed ? &err : NULL);
    keeper_end(charge->keeper);
}

static struct refresh *begin(struct charge *charge)
{
    struct refresh *r = MEM_NEW(struct refresh);

    charge->refresh = r;
    r->charge = charge;
    r->began_ms = loop_now_ms(charge->keeper->options.loop);
    r->timer = loop_timer_new(charge->keeper->options.loop, wake, r);
    keeper_begin(charge->keeper);
    flow_init(&r->flow, lock, done);
    return r;
}

void refresh_start(struct charge *charge, struct secret *stale, bool by_hand)
{
    struct refresh *r = begin(charge);

    r->stale = stale;
    r->by_hand = by_hand;
    flow_wake(&r->flow);
}

void refresh_adopt(struct charge *charge, const struct json_doc *tokens)
{
    bool fresh = !charge->refresh;
    struct refresh *r = fresh ? begin(charge) : charge->refresh;

    r->adopting = true;
    r->failed = false;
    json_doc_free(r->patch);
    r->patch = json_doc_copy(tokens);
    json_doc_set(r->patch, "login_required", json_doc_new_null());
    r->version++;
    if (fresh)
        flow_wake(&r->flow);
}

void refresh_drop(struct charge *charge)
{
    if (charge->refresh)
        charge->refresh->dropped = true;
}

void refresh_hurry(struct charge *charge)
{
    if (charge->refresh && charge->refresh->saves > 0)
        loop_timer_set(charge->refresh->timer, 0);
}
