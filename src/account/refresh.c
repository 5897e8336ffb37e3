// SPDX-License-Identifier: MIT
/* New tokens for one account: locking, reading, and the life of the flow.  The
   states are drawn in refresh.h. */
#include "account/kinds.h"
#include "account/refresh_internal.h"
#include "account/refresh_rules.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define LOCK_RETRY_MS 50
#define LOCK_PATIENCE_MS 60000

static struct flow_next lock(struct flow *flow);
static struct flow_next locked(struct flow *flow);
static struct flow_next read(struct flow *flow);
static struct flow_next decide(struct flow *flow);

void refresh_wake(void *arg)
{
    struct refresh *r = arg;

    flow_wake(&r->flow);
}

struct flow_next refresh_give_up(struct refresh *r)
{
    if (r->saves > 0 && !r->dropped) {
        kept_answer(r->kept, &r->err);
        loop_timer_set(r->timer, refresh_rules_save_again_ms(r->saves));
        return flow_sleep_then(refresh_go_on_holding);
    }
    r->failed = true;
    return flow_finish();
}

bool refresh_may_go_on(struct refresh *r)
{
    if (r->dropped)
        return err_set(&r->err, ERR_NO_ACCOUNT, "account \"%s\" was removed",
                       r->kept->name);
    if (r->kept->keeper->stopping && !r->adopting)
        return err_set(&r->err, ERR_BUSY, "the relay is stopping; try again");
    return true;
}

void refresh_start_job(struct refresh *r, enum store_op op, const char *key)
{
    struct store_request request = { .op = op, .key = key, .patch = r->patch };

    store_job_free(r->job);
    r->job = store_start(refresh_options(r)->store, refresh_options(r)->loop,
                         &request, refresh_wake, r);
}

void refresh_key(const struct refresh *r, char key[ACCOUNT_KEY_MAX])
{
    account_key(&account_kind_oauth, str_of(r->kept->name), key);
}

/* ---- LOCKING ------------------------------------------------------------ */

static struct flow_next lock(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    if (!refresh_may_go_on(r))
        return refresh_give_up(r);
    refresh_key(r, key);
    refresh_start_job(r, STORE_OP_LOCK, key);
    return flow_sleep_then(locked);
}

/* A login's tokens are saved even without the lock: they exist nowhere else. */
static struct flow_next not_locked(struct refresh *r)
{
    if (loop_now_ms(refresh_options(r)->loop) - r->began_ms <
        LOCK_PATIENCE_MS) {
        loop_timer_set(r->timer, LOCK_RETRY_MS);
        return flow_sleep_then(lock);
    }
    if (r->adopting)
        return flow_go(read);
    err_set(&r->err, ERR_BUSY,
            "account \"%s\" is being refreshed by another process that does "
            "not finish; try again",
            r->kept->name);
    return refresh_give_up(r);
}

static struct flow_next locked(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (!store_job_is_done(r->job))
        return flow_sleep_then(locked);
    if (store_job_error(r->job) && !r->adopting) {
        r->err = *store_job_error(r->job);
        return refresh_give_up(r);
    }
    r->lock = store_job_take_lock(r->job);
    return r->lock || store_job_error(r->job) ? flow_go(read) : not_locked(r);
}

/* ---- READING ------------------------------------------------------------ */

static struct flow_next read(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    refresh_key(r, key);
    refresh_start_job(r, STORE_OP_READ, key);
    return flow_sleep_then(decide);
}

static bool take_account(struct refresh *r)
{
    const struct err *err = store_job_error(r->job);
    struct str name = str_of(r->kept->name);

    if (err) {
        r->err = *err;
        return false;
    }
    r->doc = store_job_take_doc(r->job);
    if (!r->doc)
        return err_set(&r->err, ERR_NO_ACCOUNT,
                       "there is no account \"%s\" any more", r->kept->name);
    r->account = account_from_doc(&account_kind_oauth, name, r->doc);
    return true;
}

/* Somebody else was first: what they saved is what everybody gets. */
static struct flow_next use_what_is_there(struct refresh *r)
{
    accounts_put(refresh_options(r)->accounts, account_ref(r->account), false);
    return flow_finish();
}

/* A login's tokens wait until the document they belong into can be read: without
   the rest of it (its proxy) they must not be used. */
static struct flow_next wait_to_read(struct refresh *r)
{
    log_line(LOG_ERROR,
             "account %s: its new tokens cannot be saved: %s; trying again",
             r->kept->name, r->err.text);
    kept_answer(r->kept, &r->err);
    if (r->kept->keeper->stopping && ++r->saves_at_stop > REFRESH_SAVES_AT_STOP)
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
        return flow_go(refresh_save);
    if (!there)
        return refresh_give_up(r);
    switch (refresh_rules_decide(r->account, r->stale, r->by_hand,
                                 clock_wall_ms(), &r->err)) {
    case REFRESH_ASK:
        return flow_go(refresh_ask);
    case REFRESH_USE:
        return use_what_is_there(r);
    case REFRESH_REFUSE:
        break;
    }
    return refresh_give_up(r);
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    struct kept_account *kept = r->kept;
    struct err err = r->err;
    bool failed = r->failed;

    kept->refresh = NULL;
    if (failed)
        kept->last = err;
    store_job_free(r->job);
    store_unlock(refresh_options(r)->store, r->lock);
    loop_timer_free(r->timer);
    fetch_free(r->fetch);
    secret_unref(r->stale);
    account_unref(r->account);
    json_doc_free(r->doc);
    json_doc_free(r->patch);
    mem_free(r);
    kept_answer(kept, failed ? &err : NULL);
    keeper_end(kept->keeper);
}

static struct refresh *begin(struct kept_account *kept)
{
    struct refresh *r = MEM_NEW(struct refresh);

    kept->refresh = r;
    r->kept = kept;
    r->began_ms = loop_now_ms(kept->keeper->options.loop);
    r->timer = loop_timer_new(kept->keeper->options.loop, refresh_wake, r);
    keeper_begin(kept->keeper);
    flow_init(&r->flow, lock, done);
    return r;
}

void refresh_start(struct kept_account *kept, struct secret *stale,
                   bool by_hand)
{
    struct refresh *r = begin(kept);

    r->stale = stale;
    r->by_hand = by_hand;
    flow_wake(&r->flow);
}

void refresh_adopt(struct kept_account *kept, const struct json_doc *tokens)
{
    bool fresh = !kept->refresh;
    struct refresh *r = fresh ? begin(kept) : kept->refresh;

    r->adopting = true;
    r->failed = false;
    r->dropped = false;
    json_doc_free(r->patch);
    r->patch = json_doc_copy(tokens);
    json_doc_set(r->patch, "login_required", json_doc_new_null());
    r->version++;
    if (fresh)
        flow_wake(&r->flow);
}

void refresh_drop(struct kept_account *kept)
{
    if (kept->refresh)
        kept->refresh->dropped = true;
}

void refresh_hurry(struct kept_account *kept)
{
    if (kept->refresh && kept->refresh->saves > 0)
        loop_timer_set(kept->refresh->timer, 0);
}
