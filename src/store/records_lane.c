// SPDX-License-Identifier: MIT
/* A lane of the records: a connection, and how other threads use the one that works
   on it (records_thread.c). */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "store/records_internal.h"
#include "store/schema.h"

/* While it ends, the log says so often what is waited for. */
#define SAY_AGAIN_MS 5000

/* ---- using it ------------------------------------------------------------- */

static bool open_connection(struct lane *lane, struct err *err)
{
    const struct lane_options *options = &lane->options;
    struct sql *sql;

    if (lane->sql)
        return true;
    sql = options->backend->open(options->where, options->use, err);
    (void)pthread_mutex_lock(&lane->lock);
    lane->sql = sql;
    (void)pthread_mutex_unlock(&lane->lock);
    return sql != NULL;
}

static void look_at_log(struct lane *lane,
                        const struct sql_transaction *transaction)
{
    const struct lane_options *options = &lane->options;

    if (options->syncer && transaction->how.later)
        syncer_want(options->syncer);
    if (options->checkpointer)
        checkpointer_look(options->checkpointer,
                          options->backend->unchecked_pages(lane->sql));
}

struct writing {
    struct lane *lane;
    const struct sql_transaction *transaction;
};

/* Under the database's lock: a newer program may have changed the tables, and would
   find sums that lack what is written now. */
static bool write_if_allowed(struct sql *sql, void *arg, struct err *err)
{
    const struct writing *writing = arg;
    struct lane *lane = writing->lane;
    uint64_t others = 0;

    if (!sql_others(sql, &others, err) ||
        (others != lane->others && !schema_may_write(sql, err)))
        return false;
    lane->others = others;
    return writing->transaction->run(sql, writing->transaction->arg, err);
}

static bool transact(struct lane *lane,
                     const struct sql_transaction *transaction, struct err *err)
{
    struct writing writing = { lane, transaction };

    if (transaction->how.reads)
        return sql_transact(lane->sql, transaction, err);
    return sql_transact(lane->sql,
                        &(struct sql_transaction){ .run = write_if_allowed,
                                                   .arg = &writing,
                                                   .how = transaction->how },
                        err);
}

bool lane_do(struct lane *lane, const struct sql_transaction *transaction,
             struct err *err)
{
    bool ok;

    (void)pthread_mutex_lock(&lane->used);
    ok = open_connection(lane, err) && transact(lane, transaction, err);
    if (ok)
        look_at_log(lane, transaction);
    (void)pthread_mutex_unlock(&lane->used);
    return ok;
}

/* ---- from other threads ------------------------------------------------- */

void lane_init(struct lane *lane, const struct lane_options *options)
{
    *lane = (struct lane){ .options = *options };
    (void)pthread_mutex_init(&lane->used, NULL);
    (void)pthread_mutex_init(&lane->lock, NULL);
    condition_init(&lane->changed);
    list_init(&lane->jobs);
}

void lane_wait(struct lane *lane, uint64_t at_ms)
{
    condition_wait(&lane->changed, &lane->lock, at_ms);
}

/* What it stands in front of; under the lock, as the next. */
static struct list *place_of(struct lane *lane, const struct records_job *job)
{
    struct list *node = lane->jobs.next;

    if (!job->work.urgent)
        return &lane->jobs;
    while (node != &lane->jobs &&
           records_job_of(LIST_ITEM(node, struct job, node))->work.urgent)
        node = node->next;
    return node;
}

void lane_add(struct lane *lane, struct records_job *job)
{
    (void)pthread_mutex_lock(&lane->lock);
    assert(!lane->ending);
    list_push(place_of(lane, job), &job->job.node);
    if (!lane->started &&
        pthread_create(&lane->thread, NULL, lane_run, lane) != 0)
        abort();
    lane->started = true;
    (void)pthread_cond_broadcast(&lane->changed);
    (void)pthread_mutex_unlock(&lane->lock);
}

bool lane_take_back(struct lane *lane, struct records_job *job)
{
    bool taken;

    (void)pthread_mutex_lock(&lane->lock);
    taken = job->job.state == JOB_QUEUED;
    if (taken)
        records_job_take_out(job);
    (void)pthread_mutex_unlock(&lane->lock);
    return taken;
}

/* ---- ending ------------------------------------------------------------- */

static void say_waiting(const struct lane *lane)
{
    if (lane->trouble_since > 0)
        log_line(LOG_WARN, "waiting for %s", lane->trouble.text);
    else
        log_line(LOG_WARN, "waiting for the database %s", lane->options.where);
}

/* Nobody else can end a statement that goes on after the time. */
static void interrupt(struct lane *lane)
{
    if (lane->sql)
        lane->options.backend->interrupt(lane->sql);
}

static void wait_for_end(struct lane *lane)
{
    while (!lane->ended) {
        uint64_t again_ms = clock_steady_ms() + SAY_AGAIN_MS;

        while (!lane->ended && clock_steady_ms() < again_ms)
            lane_wait(lane, again_ms);
        if (!lane->ended)
            say_waiting(lane);
        if (clock_steady_ms() >= lane->give_up_ms)
            interrupt(lane);
    }
}

static struct records_job *take_first(struct lane *lane)
{
    struct records_job *job = NULL;

    (void)pthread_mutex_lock(&lane->lock);
    if (!list_is_empty(&lane->jobs))
        job = records_job_of(LIST_ITEM(lane->jobs.next, struct job, node));
    if (job)
        records_job_take_out(job);
    (void)pthread_mutex_unlock(&lane->lock);
    return job;
}

/* Its thread has ended. */
static void drop_jobs(struct lane *lane)
{
    struct records_job *job = take_first(lane);

    for (; job; job = take_first(lane)) {
        lane->lost += records_job_is_missed(job);
        records_job_give_up(job);
        job_finish(&job->job);
    }
}

static void say_lost(const struct lane *lane, size_t lost)
{
    if (lost > 0 && lane->options.use == SQL_WRITES)
        log_line(LOG_ERROR,
                 "%zu %s could not be saved in the database and %s lost: %s",
                 lost, lost == 1 ? "change" : "changes",
                 lost == 1 ? "is" : "are",
                 lane->trouble_since > 0 ? lane->trouble.text
                                         : "it has not answered");
}

void lane_stop(struct lane *lane, uint64_t give_up_ms)
{
    size_t before;

    (void)pthread_mutex_lock(&lane->lock);
    before = lane->lost;
    lane->ending = true;
    lane->give_up_ms = give_up_ms;
    (void)pthread_cond_broadcast(&lane->changed);
    if (lane->started)
        wait_for_end(lane);
    (void)pthread_mutex_unlock(&lane->lock);
    if (lane->started)
        (void)pthread_join(lane->thread, NULL);
    lane->started = false;
    drop_jobs(lane);
    say_lost(lane, lane->lost - before);
}

void lane_done(struct lane *lane)
{
    sql_close(lane->sql);
    (void)pthread_cond_destroy(&lane->changed);
    (void)pthread_mutex_destroy(&lane->lock);
    (void)pthread_mutex_destroy(&lane->used);
}

/* ---- what is said of it ------------------------------------------------- */

static const char *consequence(const struct lane *lane)
{
    return lane->options.use == SQL_WRITES ? "what is to be saved waits"
                                           : "what is to be read waits";
}

static void say_problem(const struct lane *lane, uint64_t now_ms,
                        struct store_state *state)
{
    bool busy = lane->trouble.code == ERR_BUSY;

    if (lane->trouble_since > 0 &&
        (!busy || now_ms - lane->trouble_since >= LANE_BUSY_MS))
        (void)snprintf(state->problem, sizeof(state->problem), "%.280s: %s",
                       lane->trouble.text, consequence(lane));
    else if (lane->running_since > 0 &&
             now_ms - lane->running_since >= lane->options.slow_ms)
        (void)snprintf(state->problem, sizeof(state->problem),
                       "the database %.200s has not answered for %llu s: %s",
                       lane->options.where,
                       (unsigned long long)(now_ms - lane->running_since) /
                           1000,
                       consequence(lane));
}

void lane_state(struct lane *lane, struct store_state *state)
{
    uint64_t now_ms;

    (void)pthread_mutex_lock(&lane->lock);
    now_ms = clock_steady_ms();
    for (struct list *node = lane->jobs.next; node != &lane->jobs;
         node = node->next) {
        uint64_t age_ms = now_ms - LIST_ITEM(node, struct job, node)->since_ms;

        state->waiting++;
        if (age_ms > state->oldest_ms)
            state->oldest_ms = age_ms;
    }
    if (!state->problem[0])
        say_problem(lane, now_ms, state);
    (void)pthread_mutex_unlock(&lane->lock);
}
