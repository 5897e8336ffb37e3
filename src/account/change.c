// SPDX-License-Identifier: MIT
/* Changing an account by field, or removing it. */
#include "account/change.h"

#include "account/refresh.h"
#include "base/log.h"
#include "base/mem.h"

struct change {
    struct flow flow;
    struct keeper_wait *wait;
    struct account *account;
    struct store_job *job;
    struct err err;
};

static struct change *change_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct change, flow);
}

static void wake(void *arg)
{
    struct change *change = arg;

    flow_wake(&change->flow);
}

static struct flow_next show(struct flow *flow);

static struct flow_next save(struct flow *flow)
{
    struct change *change = change_of(flow);
    const struct keeper_options *options = &change->wait->keeper->options;
    char key[ACCOUNT_KEY_MAX];

    account_key(change->account->kind, str_of(change->account->name), key);
    change->job = store_start(options->store, options->loop,
                              &(struct store_request){
                                  .op = change->wait->op == KEEPER_REMOVE
                                            ? STORE_OP_REMOVE
                                            : STORE_OP_CHANGE,
                                  .key = key,
                                  .patch = change->wait->change },
                              wake, change);
    return flow_sleep_then(show);
}

/* The store has it: everybody else may see it. */
static struct flow_next show(struct flow *flow)
{
    struct change *change = change_of(flow);
    struct accounts *accounts = change->wait->keeper->options.accounts;
    struct err err;

    if (!store_job_is_done(change->job))
        return flow_sleep_then(show);
    if (store_job_error(change->job)) {
        change->err = *store_job_error(change->job);
        return flow_finish();
    }
    if (change->wait->op == KEEPER_REMOVE) {
        refresh_drop(kept_find(change->wait->keeper, change->account->name));
        accounts_forget(accounts, change->account);
    }
    if (!accounts_load(accounts, &err))
        log_line(LOG_ERROR, "accounts not read again: %s", err.text);
    return flow_finish();
}

static void done(struct flow *flow)
{
    struct change *change = change_of(flow);
    struct keeper *keeper = change->wait->keeper;

    keeper_wait_end(change->wait,
                    store_job_error(change->job) ? &change->err : NULL);
    store_job_free(change->job);
    account_unref(change->account);
    mem_free(change);
    keeper_end(keeper);
}

void change_start(struct keeper_wait *wait, struct account *account)
{
    struct change *change = MEM_NEW(struct change);

    change->wait = wait;
    change->account = account_ref(account);
    keeper_begin(wait->keeper);
    flow_init(&change->flow, save, done);
    flow_wake(&change->flow);
}
