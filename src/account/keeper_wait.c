// SPDX-License-Identifier: MIT
/* A question to the keeper, from any thread and back. */
#include "account/keeper_internal.h"

#include <stdio.h>

#include "base/mem.h"

static void unref(struct keeper_wait *wait)
{
    if (atomic_fetch_sub(&wait->refs, 1) != 1)
        return;
    secret_unref(wait->stale);
    json_doc_free(wait->change);
    mem_free(wait);
}

static void arrive(void *arg)
{
    keeper_arrived(arg);
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
    wait->failed = err != NULL;
    if (err)
        wait->err = *err;
    loop_post(wait->loop, deliver, wait);
}

bool keeper_wait_is_done(const struct keeper_wait *wait)
{
    return wait->done;
}

const struct err *keeper_wait_error(const struct keeper_wait *wait)
{
    return wait->failed ? &wait->err : NULL;
}
