// SPDX-License-Identifier: MIT
/* New tokens for one account: saving them, and holding what cannot be saved. */
#include <stdio.h>

#include "account/kinds.h"
#include "account/refresh_internal.h"
#include "account/refresh_rules.h"
#include "base/clock.h"
#include "base/log.h"

static struct flow_next saved(struct flow *flow);
static struct flow_next hold(struct flow *flow);

static struct flow_next removed(struct refresh *r)
{
    err_set(&r->err, ERR_NO_ACCOUNT, "account \"%s\" was removed",
            r->kept->name);
    return refresh_give_up(r);
}

/* ---- SAVING ------------------------------------------------------------- */

struct flow_next refresh_save(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    char key[ACCOUNT_KEY_MAX];

    if (r->dropped)
        return removed(r);
    refresh_key(r, key);
    r->saving = r->version;
    refresh_start_job(r, r->adopting ? STORE_OP_UPDATE : STORE_OP_CHANGE, key);
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
        account_from_doc(&account_kind_oauth, str_of(r->kept->name), r->doc);
}

/* Somebody removed the document meanwhile: it does not come back. */
static bool is_gone(struct refresh *r)
{
    const struct err *err = store_job_error(r->job);

    if (!err || err->code != ERR_NOT_FOUND)
        return false;
    r->dropped = true;
    return true;
}

static struct flow_next saved(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (!store_job_is_done(r->job))
        return flow_sleep_then(saved);
    if (r->dropped || is_gone(r))
        return removed(r);
    if (r->saving != r->version)
        return flow_go(refresh_save);
    apply_patch(r);
    /* A mark that cannot be saved is found again. */
    if (store_job_error(r->job) && !r->failed)
        return flow_go(hold);
    accounts_put(refresh_options(r)->accounts, account_ref(r->account), false);
    if (!r->failed) {
        r->kept->failures = 0;
        log_line(LOG_INFO, "account %s: new tokens saved", r->kept->name);
    }
    return flow_finish();
}

/* ---- HELD --------------------------------------------------------------- */

/* A token that expires while the store cannot be written gets its successor all
   the same. */
struct flow_next refresh_go_on_holding(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (account_needs_refresh(r->account, clock_wall_ms()) &&
        refresh_may_go_on(r))
        return flow_go(refresh_ask);
    return flow_go(refresh_save);
}

static void show_held(struct refresh *r, const char *why)
{
    (void)snprintf(r->account->unsaved, sizeof(r->account->unsaved), "%.199s",
                   why);
    accounts_put(refresh_options(r)->accounts, account_ref(r->account), true);
    log_line(LOG_ERROR,
             "account %s: its new tokens are in use but could not be saved: "
             "%s; trying again",
             r->kept->name, why);
}

static struct flow_next hold(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    show_held(r, store_job_error(r->job)->text);
    kept_answer(r->kept, NULL);
    if (r->kept->keeper->stopping &&
        ++r->saves_at_stop > REFRESH_SAVES_AT_STOP) {
        log_line(LOG_ERROR,
                 "account %s: stopping without its new tokens on disk: sign in "
                 "again",
                 r->kept->name);
        return flow_finish();
    }
    loop_timer_set(r->timer, refresh_rules_save_again_ms(++r->saves));
    return flow_sleep_then(refresh_go_on_holding);
}
