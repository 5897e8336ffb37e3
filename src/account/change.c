// SPDX-License-Identifier: MIT
/* Making an account, changing it by field, or removing it. */
#include "account/change.h"

#include <string.h>

#include "account/change_check.h"
#include "account/refresh.h"
#include "base/mem.h"
#include "base/reason.h"

struct change {
    struct flow flow;
    struct keeper_wait *wait;
    struct account *account; /* of a new one, once it was checked */
    struct change_check *check;
    struct store_job *job;
    struct err err;
    bool failed;
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

static struct flow_next checked(struct flow *flow);
static struct flow_next save(struct flow *flow);
static struct flow_next read_again(struct flow *flow);
static struct flow_next show(struct flow *flow);

static void start_job(struct change *change, enum store_op op)
{
    const struct keeper_options *options = &change->wait->keeper->options;
    char key[ACCOUNT_KEY_MAX];

    account_key(change->account->kind, str_of(change->account->name), key);
    store_job_free(change->job);
    change->job =
        store_start(options->store, options->loop,
                    &(struct store_request){
                        .op = op, .key = key, .patch = change->wait->change },
                    wake, change);
}

static struct flow_next fail(struct change *change, const struct err *err)
{
    change->err = *err;
    change->failed = true;
    return flow_finish();
}

/* ---- CHECKING ----------------------------------------------------------- */

static bool makes_one(const struct keeper_wait *wait)
{
    return wait->op == KEEPER_CREATE || wait->op == KEEPER_TRY_CREATE;
}

static struct flow_next check(struct flow *flow)
{
    struct change *change = change_of(flow);
    const struct keeper_wait *wait = change->wait;
    const struct account *account = change->account;

    change->check = change_check_start(
        &(struct change_check_ask){ .store = wait->keeper->options.store,
                                    .loop = wait->keeper->options.loop,
                                    .kind =
                                        account ? account->kind : wait->kind,
                                    .name = wait->name,
                                    .patch = wait->change,
                                    .is_new = makes_one(wait) },
        wake, change);
    return flow_sleep_then(checked);
}

static struct flow_next checked(struct flow *flow)
{
    struct change *change = change_of(flow);
    struct err err;

    if (!change_check_is_done(change->check))
        return flow_sleep_then(checked);
    if (!change_check_result(change->check, &err))
        return fail(change, &err);
    if (change->wait->op == KEEPER_TRY_CREATE)
        return flow_finish();
    if (!change->account)
        change->account = change_check_account(change->check);
    return flow_go(save);
}

/* ---- SAVING ------------------------------------------------------------- */

static enum store_op op_of(const struct change *change)
{
    if (change->wait->op == KEEPER_CREATE)
        return STORE_OP_CREATE;
    return change->wait->op == KEEPER_REMOVE ? STORE_OP_REMOVE
                                             : STORE_OP_CHANGE;
}

static struct flow_next save(struct flow *flow)
{
    struct change *change = change_of(flow);

    start_job(change, op_of(change));
    return flow_sleep_then(read_again);
}

/* A file that is away is no reason to say that there is no such account. */
static struct flow_next not_saved(struct change *change)
{
    struct err err = *store_job_error(change->job);

    /* Another one of its name was made meanwhile. */
    if (err.code == ERR_EXISTS)
        keeper_tell_taken(change->account, &err);
    if (err.code == ERR_NOT_FOUND && !store_job_was_removed(change->job))
        REASON_SET(&err, ACCOUNT_FILE_GONE, change->account->name);
    return fail(change, &err);
}

static struct flow_next read_again(struct flow *flow)
{
    struct change *change = change_of(flow);

    if (!store_job_is_done(change->job))
        return flow_sleep_then(read_again);
    if (store_job_error(change->job))
        return not_saved(change);
    if (change->wait->op == KEEPER_REMOVE) {
        refresh_drop(kept_find(change->wait->keeper, change->account->name));
        accounts_forget(change->wait->keeper->options.accounts,
                        change->account);
        return flow_finish();
    }
    start_job(change, STORE_OP_READ);
    return flow_sleep_then(show);
}

/* ---- READING AGAIN ------------------------------------------------------ */

/* The change went into a file that somebody had put back: memory is newer. */
static bool is_older(const struct change *change, const struct reading *reading)
{
    return reading->state == READING_FOUND && !reading->account->problem[0] &&
           strcmp(reading->account->grant, change->account->grant) != 0 &&
           keeper_is_spent(change->wait->keeper, reading->account);
}

/* The store has it: everybody else may see it. */
static struct flow_next show(struct flow *flow)
{
    struct change *change = change_of(flow);
    struct accounts *accounts = change->wait->keeper->options.accounts;
    struct readings readings = { 0 };
    bool older;

    if (!store_job_is_done(change->job))
        return flow_sleep_then(show);
    if (store_job_error(change->job))
        return fail(change, store_job_error(change->job));
    readings_put(&readings, change->account->kind,
                 str_of(change->account->name),
                 store_job_take_doc(change->job));
    older = is_older(change, &readings.at[0]);
    if (older)
        readings.at[0].state = READING_OLDER;
    accounts_show(accounts, &readings);
    readings_done(&readings);
    if (older)
        keeper_restore(change->wait->keeper, change->account->name);
    return flow_finish();
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct change *change = change_of(flow);
    struct keeper *keeper = change->wait->keeper;

    keeper_wait_end(change->wait, change->failed ? &change->err : NULL);
    store_job_free(change->job);
    change_check_free(change->check);
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
    flow_init(&change->flow,
              makes_one(wait) || wait->op == KEEPER_CHANGE ? check : save,
              done);
    flow_wake(&change->flow);
}
