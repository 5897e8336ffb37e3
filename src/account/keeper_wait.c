// SPDX-License-Identifier: MIT
/* A question to the keeper, from any thread and back. */
#include "account/keeper_internal.h"

#include <stdio.h>

#include "account/facts.h"
#include "account/kept.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"

/* An answer that is late may come at any moment. */
#define LATE_AGAIN_MS 5000

static void unref(struct keeper_wait *wait)
{
    if (atomic_fetch_sub(&wait->refs, 1) != 1)
        return;
    secret_unref(wait->stale);
    json_doc_free(wait->change);
    mem_free(wait);
}

static struct json_doc *facts_now(const struct keeper_wait *wait)
{
    struct account *account =
        accounts_get(wait->keeper->options.accounts, str_of(wait->name));
    struct json_doc *doc = account_facts(account);

    account_unref(account);
    return doc;
}

static void arrive(void *arg)
{
    struct keeper_wait *wait = arg;

    if (wait->audit)
        audit_before(wait->audit, facts_now(wait));
    keeper_arrived(wait);
}

struct keeper_wait *keeper_ask(struct keeper *keeper, struct loop *loop,
                               const struct keeper_question *question,
                               void (*wake)(void *arg), void *arg)
{
    struct keeper_wait *wait = MEM_NEW(struct keeper_wait);

    atomic_init(&wait->refs, 2);
    wait->keeper = keeper;
    wait->loop = loop;
    wait->wake = wake;
    wait->arg = arg;
    wait->op = question->op;
    (void)snprintf(wait->name, sizeof(wait->name), STR_FMT,
                   STR_ARG(question->name));
    wait->stale = question->stale ? secret_ref(question->stale) : NULL;
    wait->by_hand = question->by_hand;
    wait->patient = question->patient;
    wait->kind = question->kind;
    wait->audit = question->audit;
    list_init(&wait->node);
    list_init(&wait->timed);
    if (question->change)
        wait->change = json_doc_copy(question->change);
    loop_post(keeper->options.loop, arrive, wait);
    return wait;
}

void keeper_wait_free(struct keeper_wait *wait)
{
    if (!wait)
        return;
    wait->freed = true;
    unref(wait);
}

static void deliver(void *arg)
{
    struct keeper_wait *wait = arg;

    wait->done = true;
    if (!wait->freed)
        wait->wake(wait->arg);
    unref(wait);
}

void keeper_wait_answer(struct keeper_wait *wait, const struct err *err)
{
    list_remove(&wait->timed);
    if (wait->answered)
        return;
    wait->answered = true;
    wait->failed = err != NULL;
    if (err)
        wait->err = *err;
    (void)atomic_fetch_add(&wait->refs, 1);
    loop_post(wait->loop, deliver, wait);
}

static void end_audit(struct keeper_wait *wait, const struct err *err)
{
    struct audit *audit = wait->audit;

    if (!audit)
        return;
    wait->audit = NULL;
    if (err) {
        audit_refused(audit, err);
    } else {
        audit_after(audit, facts_now(wait));
        audit_done(audit);
    }
}

/* Of those who say that a grant was refused only one has an entry. */
static void end_marking(const struct keeper_wait *wait)
{
    if (wait->op == KEEPER_REFUSED && wait->audit)
        kept_find(wait->keeper, wait->name)->marking = false;
}

void keeper_wait_end(struct keeper_wait *wait, const struct err *err)
{
    end_marking(wait);
    end_audit(wait, err);
    keeper_wait_answer(wait, err);
    unref(wait);
}

/* ---- patience ----------------------------------------------------------- */

void keeper_wait_time(struct keeper_wait *wait)
{
    struct keeper *keeper = wait->keeper;
    uint64_t patience_ms = keeper->options.patience_ms;

    if (wait->patient)
        return;
    wait->deadline_ms = clock_steady_ms() + patience_ms;
    if (list_is_empty(&keeper->timed))
        loop_timer_set(keeper->patience, patience_ms);
    list_push(&keeper->timed, &wait->timed);
}

static void give_up(struct keeper_wait *wait)
{
    struct err err;

    REASON_SET(&err, TOKEN_TOO_SLOW, wait->name,
               (unsigned long long)wait->keeper->options.patience_ms);
    err_retry_after(&err, LATE_AGAIN_MS);
    keeper_wait_answer(wait, &err);
}

void keeper_wait_expire(void *arg)
{
    struct keeper *keeper = arg;
    uint64_t now_ms = clock_steady_ms();

    while (!list_is_empty(&keeper->timed)) {
        struct keeper_wait *wait =
            LIST_ITEM(keeper->timed.next, struct keeper_wait, timed);

        if (wait->deadline_ms > now_ms) {
            loop_timer_set(keeper->patience, wait->deadline_ms - now_ms);
            return;
        }
        give_up(wait);
    }
}

/* ---- the asker's side ---------------------------------------------------- */

bool keeper_wait_is_done(const struct keeper_wait *wait)
{
    return wait->done;
}

const struct err *keeper_wait_error(const struct keeper_wait *wait)
{
    return wait->failed ? &wait->err : NULL;
}
