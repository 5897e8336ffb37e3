// SPDX-License-Identifier: MIT
/* New tokens for one account: the flow. */
#include "account/refresh.h"

#include <assert.h>
#include <stdio.h>

#include "account/refresh_internal.h"
#include "account/refresh_log.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reason.h"

static struct flow_next step(struct flow *flow);

static struct refresh *refresh_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct refresh, flow);
}

void refresh_wake(void *arg)
{
    struct refresh *r = arg;

    flow_wake(&r->flow);
}

static void ring(void *arg)
{
    struct refresh *r = arg;

    r->rang = true;
    flow_wake(&r->flow);
}

/* ---- the end ------------------------------------------------------------ */

static void show(const struct refresh *r)
{
    accounts_put(refresh_options(r)->accounts, account_ref(r->account), false);
    kept_tell_token(r->kept, 0, "");
}

/* Its grant was refused for good: it waits for somebody to sign in. */
static void show_mark(const struct refresh *r)
{
    struct account *before =
        accounts_get(refresh_options(r)->accounts, str_of(r->kept->name));

    show(r);
    keeper_found(r->kept->keeper, "account.refused", r->kept->name, before,
                 r->account);
    account_unref(before);
}

/* Its file or its lock cannot be used, or another account has its tokens: /health says
   so until a refresh gets further.  (What is not saved says that already.) */
static void show_trouble(const struct refresh *r)
{
    struct accounts *accounts = refresh_options(r)->accounts;
    struct account *account = accounts_get(accounts, str_of(r->kept->name));

    if (account && !account->unsaved[0] && !account->problem[0])
        accounts_put(accounts,
                     account_with_refresh_problem(account, r->err.text), false);
    account_unref(account);
}

/* Where they went: they lie in the room that was reserved, or nowhere. */
static void say_lost(const struct refresh *r)
{
    bool noted = r->noted == r->version;
    char again[ACCOUNT_AGAIN_MAX];

    r->kept->keeper->lost++;
    refresh_count(r, KEEPER_REFRESH_LOST);
    log_line(LOG_ERROR,
             "account %s: its new tokens could not be put into its file in %s "
             "within %llu s: %s %s",
             r->kept->name, refresh_options(r)->config->data_dir.at,
             (unsigned long long)refresh_options(r)->save_at_stop_ms / 1000,
             noted ? "they lie beside it, in a temporary file, and the next "
                     "start puts them in place; if it does not,"
                   : "they end with this process, and the file holds spent "
                     "ones:",
             account_again(r->kind, r->kept->name, false, again));
}

/* What everybody sees, and what those who wait are told: NULL if it went well. */
static const struct err *conclude(struct refresh *r, enum refresh_end how)
{
    switch (how) {
    case REFRESH_ENDS_SAVED:
        refresh_log_saved(r);
        refresh_count(r, KEEPER_REFRESH_SAVED);
        r->kept->failures = 0;
        show(r);
        return NULL;
    case REFRESH_ENDS_USED:
        show(r);
        return NULL;
    case REFRESH_ENDS_FAILED:
        if (r->plan.goal == REFRESH_MARK)
            show_mark(r);
        else if (err_status(r->err.code) == 500 || r->elsewhere)
            show_trouble(r);
        break;
    case REFRESH_ENDS_REMOVED:
        store_forget_note(refresh_options(r)->store, r->lock);
        kept_forget(r->kept);
        err_set(&r->err, ERR_NO_ACCOUNT, "account \"%s\" was removed",
                r->kept->name);
        break;
    case REFRESH_ENDS_STOPPED:
        REASON_SET(&r->err, RELAY_STOPS);
        break;
    case REFRESH_ENDS_LOST:
        say_lost(r);
        break;
    case REFRESH_GOES_ON:
        assert(false && "an end that goes on");
        break;
    }
    r->kept->last = r->err;
    if (kept_backs_off_ms(r->kept) > 0)
        err_retry_after(&r->err, kept_backs_off_ms(r->kept));
    return &r->err;
}

/* Those who were refused with the very token that others got. */
static void go_on_for_the_rest(struct kept_account *kept)
{
    struct account *account;
    struct err err;

    if (list_is_empty(&kept->waits) || kept->refresh)
        return;
    REASON_SET(&err, RELAY_STOPS);
    account = accounts_get(kept->keeper->options.accounts, str_of(kept->name));
    if (account && !kept->keeper->stopping)
        refresh_start(kept, secret_ref(account->token), REFRESH_REFUSED_401);
    else
        kept_answer(kept, &err);
    account_unref(account);
}

static void done(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    struct kept_account *kept = r->kept;

    assert(r->plan.state == REFRESH_OVER && !r->plan.precious);
    assert(!r->kept->refresh);
    store_job_free(r->job);
    store_unlock(refresh_options(r)->store, r->lock);
    loop_timer_free(r->timer);
    token_call_free(r->call);
    secret_unref(r->stale);
    account_unref(r->account);
    json_doc_free(r->doc);
    json_doc_free(r->patch);
    mem_free(r);
    go_on_for_the_rest(kept);
    keeper_end(kept->keeper);
}

/* ---- moving ------------------------------------------------------------- */

static struct flow_next finish(struct refresh *r, enum refresh_end how)
{
    const struct err *err = conclude(r, how);

    r->kept->refresh = NULL;
    if (how == REFRESH_ENDS_USED)
        kept_answer_but(r->kept, r->account->token);
    else
        kept_answer(r->kept, err);
    return flow_finish();
}

static struct flow_next move(struct refresh *r, struct refresh_move next)
{
    if (next.end != REFRESH_GOES_ON)
        return finish(r, next.end);
    if (next.enter)
        refresh_begin(r);
    return flow_sleep_then(step);
}

static struct flow_next step(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    enum refresh_event event;

    if (!refresh_look(r, &event))
        return flow_sleep_then(step);
    return move(r, refresh_next(&r->plan, event, &r->facts));
}

static struct flow_next begin(struct flow *flow)
{
    return move(refresh_of(flow), (struct refresh_move){ .enter = true });
}

/* The end of what somebody told: the flow is woken for it. */
static struct flow_next end_removed(struct flow *flow)
{
    return finish(refresh_of(flow), REFRESH_ENDS_REMOVED);
}

static struct flow_next end_lost(struct flow *flow)
{
    return finish(refresh_of(flow), REFRESH_ENDS_LOST);
}

static void tell(struct refresh *r, enum refresh_event event)
{
    struct refresh_move next;

    refresh_weigh(r);
    next = refresh_next(&r->plan, event, &r->facts);
    if (!next.enter && next.end == REFRESH_GOES_ON)
        return;
    if (next.enter)
        flow_divert(&r->flow, begin);
    else
        flow_divert(&r->flow,
                    next.end == REFRESH_ENDS_LOST ? end_lost : end_removed);
    flow_wake(&r->flow);
}

/* ---- life --------------------------------------------------------------- */

/* As memory shows it. */
static const struct account_kind *kind_of(const struct kept_account *kept)
{
    struct account *account =
        accounts_get(kept->keeper->options.accounts, str_of(kept->name));
    const struct account_kind *kind = account ? account->kind : kept->kind;

    account_unref(account);
    return kind;
}

static struct refresh *make(struct kept_account *kept,
                            const struct account_kind *kind,
                            enum refresh_why why)
{
    struct refresh *r = MEM_NEW(struct refresh);

    assert(!kept->refresh && kind && kind->renewal);
    kept->refresh = r;
    kept->kind = kind;
    r->kept = kept;
    r->kind = kind;
    r->why = why;
    r->began_ms = clock_steady_ms();
    r->timer = loop_timer_new(kept->keeper->options.loop, ring, r);
    keeper_begin(kept->keeper);
    flow_init(&r->flow, begin, done);
    return r;
}

void refresh_start(struct kept_account *kept, struct secret *stale,
                   enum refresh_why why)
{
    struct refresh *r = make(kept, kind_of(kept), why);

    r->stale = stale;
    flow_wake(&r->flow);
}

/* In a process that stops as well: tokens of a sign-in exist nowhere else. */
void refresh_adopt(struct kept_account *kept, const struct account_kind *kind,
                   const struct json_doc *tokens)
{
    bool fresh = !kept->refresh;
    struct refresh *r =
        fresh ? make(kept, kind, REFRESH_SIGNED_IN) : kept->refresh;

    json_doc_free(r->patch);
    r->patch = json_doc_copy(tokens);
    json_doc_set(r->patch, "login_required", json_doc_new_null());
    r->version++;
    r->precious_ms = clock_steady_ms();
    r->plan.stopping = kept->keeper->stopping;
    tell(r, REFRESH_TOLD_ADOPT);
    if (fresh)
        flow_wake(&r->flow);
}

void refresh_drop(struct kept_account *kept)
{
    kept_forget(kept);
    if (kept->refresh)
        tell(kept->refresh, REFRESH_TOLD_DROP);
}

/* What was got here is looked for once more: it may have been saved into a file that
   was replaced since. */
static void verify(struct kept_account *kept)
{
    struct refresh *r = make(kept, kept->kind, REFRESH_LAST_LOOK);

    r->plan.stopping = true;
    r->plan.verifying = true;
    flow_wake(&r->flow);
}

void refresh_stop(struct kept_account *kept)
{
    if (!kept->refresh && kept->doc) {
        verify(kept);
    } else if (kept->refresh) {
        kept->refresh->plan.verifying = kept->doc != NULL;
        tell(kept->refresh, REFRESH_TOLD_STOP);
    }
}

void refresh_hurry(struct kept_account *kept)
{
    struct refresh *r = kept->refresh;

    if (r && r->plan.state == REFRESH_HELD)
        loop_timer_set(r->timer, 0);
}

void refresh_describe(const struct kept_account *kept, struct buf *out)
{
    const struct refresh *r = kept->refresh;
    uint64_t now_ms = clock_steady_ms();
    uint64_t limit_ms;

    if (!r ||
        (r->plan.state != REFRESH_SAVING && r->plan.state != REFRESH_HELD))
        return;
    limit_ms = refresh_limit_ms(r);
    (void)buf_printf(
        out, "account %s: saving its new tokens%s%s, at most %llu s more\n",
        kept->name, r->account && r->account->unsaved[0] ? ": " : "",
        r->account ? r->account->unsaved : "",
        (unsigned long long)(now_ms < limit_ms ? (limit_ms - now_ms) / 1000
                                               : 0));
}
