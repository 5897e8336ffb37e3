// SPDX-License-Identifier: MIT
/* The thread of a lane of the records: whose turn it is, and what came of it. */
#include "base/clock.h"
#include "base/log.h"
#include "store/records_internal.h"

/* A job that could not be done is tried again after this, then after twice that, up
   to the other. */
#define PAUSE_FIRST_MS 20
#define PAUSE_MAX_MS 1000

/* ---- what came of it (under the lock) ----------------------------------- */

static void retry_all_now(struct lane *lane)
{
    for (struct list *node = lane->jobs.next; node != &lane->jobs;
         node = node->next) {
        struct records_job *job =
            records_job_of(LIST_ITEM(node, struct job, node));

        job->due_ms = 0;
        job->pause_ms = 0;
    }
}

static void works(struct lane *lane)
{
    if (lane->trouble_since > 0)
        retry_all_now(lane);
    if (lane->told)
        log_line(LOG_INFO, "the database works again: %s", lane->options.where);
    lane->trouble_since = 0;
    lane->told = false;
}

/* Once for each time of trouble. */
static void tell(struct lane *lane, uint64_t now_ms)
{
    if (lane->told || (lane->trouble.code == ERR_BUSY &&
                       now_ms - lane->trouble_since < LANE_BUSY_MS))
        return;
    log_line(LOG_WARN, "%s: trying again", lane->trouble.text);
    lane->told = true;
}

static bool is_trouble(const struct err *err)
{
    return sql_may_work_later(err) || err->code == ERR_BROKEN;
}

/* That it can be looked into (`looks`) says nothing about whether it can be
   written. */
static void note(struct lane *lane, bool ok, bool looks, const struct err *err,
                 uint64_t now_ms)
{
    lane->running_since = 0;
    if (ok && !looks)
        works(lane);
    if (ok || !is_trouble(err))
        return;
    if (lane->trouble_since == 0)
        lane->trouble_since = now_ms;
    lane->trouble = *err;
    lane->probe_ms = now_ms + PAUSE_MAX_MS;
    tell(lane, now_ms);
}

static bool is_tried_again(const struct lane *lane,
                           const struct records_job *job, uint64_t now_ms)
{
    return sql_may_work_later(&job->err) && !records_job_is_late(job, now_ms) &&
           !(lane->ending && now_ms >= lane->give_up_ms);
}

/* At the end, a change, and not for what it asked: ERR_TIMEOUT, it was interrupted
   then. */
static bool is_lost(const struct lane *lane, const struct records_job *job)
{
    return lane->ending && records_job_is_missed(job) &&
           (is_trouble(&job->err) || job->err.code == ERR_TIMEOUT);
}

static void put_back(struct records_job *job, uint64_t now_ms)
{
    uint64_t pause_ms = job->pause_ms * 2;

    if (pause_ms == 0)
        pause_ms = PAUSE_FIRST_MS;
    job->pause_ms = pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
    job->due_ms = now_ms + job->pause_ms;
    job->job.state = JOB_QUEUED;
}

/* ---- the thread --------------------------------------------------------- */

static void finish(struct records_job *job, bool ok)
{
    job->failed = !ok;
    if (!ok && sql_may_work_later(&job->err))
        records_job_give_up(job);
    job_finish(&job->job);
}

static void try_job(struct lane *lane, struct records_job *job)
{
    struct sql_transaction transaction = {
        .run = job->work.run,
        .arg = job->work.arg,
        .how = { .reads = job->work.reads || job->work.looks,
                 .later = job->work.later,
                 .limit_ms = lane->options.limit_ms },
    };
    bool ok = lane_do(lane, &transaction, &job->err);
    uint64_t now_ms = clock_steady_ms();
    bool again;

    (void)pthread_mutex_lock(&lane->lock);
    note(lane, ok, job->work.looks, &job->err, now_ms);
    again = !ok && is_tried_again(lane, job, now_ms);
    if (again)
        put_back(job, now_ms);
    else
        records_job_take_out(job);
    if (!ok && !again && is_lost(lane, job))
        lane->lost++;
    (void)pthread_mutex_unlock(&lane->lock);
    if (!again)
        finish(job, ok);
}

static bool run_probe(struct sql *sql, void *arg, struct err *err)
{
    const struct lane *lane = arg;

    return sql_run(sql, lane->options.probe, SQL_NO_VALUES, err);
}

/* Does it work again?  While jobs wait, they tell. */
static void probe(struct lane *lane)
{
    struct sql_transaction transaction = {
        .run = run_probe,
        .arg = lane,
        .how = { .reads = lane->options.use == SQL_READS,
                 .limit_ms = lane->options.limit_ms },
    };
    struct err err;
    bool ok = lane_do(lane, &transaction, &err);

    (void)pthread_mutex_lock(&lane->lock);
    note(lane, ok, false, &err, clock_steady_ms());
    (void)pthread_mutex_unlock(&lane->lock);
}

enum turn { TURN_JOB, TURN_PROBE, TURN_END, TURN_WAIT };

/* Once begun, one that is to be on the disk when it is done lasts as long as the disk
   lets it, and nobody knows what came of it.  So it is not begun while the disk does
   not answer; others pass. */
static bool waits_for_disk(const struct lane *lane, struct records_job *job,
                           uint64_t now_ms)
{
    const struct records_work *work = &job->work;
    struct syncer *syncer = lane->options.syncer;

    if (work->later || work->reads || work->looks || !syncer || lane->ending ||
        !syncer_is_stuck(syncer))
        return false;
    (void)err_set(&job->err, ERR_BUSY,
                  "the database %s: the disk does not take what was written "
                  "before",
                  lane->options.where);
    job->due_ms = now_ms + PAUSE_FIRST_MS;
    return true;
}

static struct records_job *first_due(struct lane *lane, uint64_t now_ms)
{
    for (struct list *node = lane->jobs.next; node != &lane->jobs;
         node = node->next) {
        struct records_job *job =
            records_job_of(LIST_ITEM(node, struct job, node));

        if (job->due_ms <= now_ms && !waits_for_disk(lane, job, now_ms))
            return job;
    }
    return NULL;
}

static enum turn whose_turn(struct lane *lane, struct records_job **job,
                            uint64_t now_ms)
{
    bool idle = list_is_empty(&lane->jobs);

    if (lane->ending && (idle || now_ms >= lane->give_up_ms))
        return TURN_END;
    *job = first_due(lane, now_ms);
    if (*job)
        return TURN_JOB;
    if (idle && lane->trouble_since > 0 && now_ms >= lane->probe_ms)
        return TURN_PROBE;
    return TURN_WAIT;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* When there may be something to do without anybody's asking. */
static uint64_t next_moment(const struct lane *lane)
{
    uint64_t at_ms = UINT64_MAX;

    if (lane->ending)
        at_ms = lane->give_up_ms;
    if (lane->trouble_since > 0 && list_is_empty(&lane->jobs))
        at_ms = sooner(at_ms, lane->probe_ms);
    for (struct list *node = lane->jobs.next; node != &lane->jobs;
         node = node->next)
        at_ms =
            sooner(at_ms,
                   records_job_of(LIST_ITEM(node, struct job, node))->due_ms);
    return at_ms;
}

static enum turn next_turn(struct lane *lane, struct records_job **job)
{
    enum turn turn;

    (void)pthread_mutex_lock(&lane->lock);
    turn = whose_turn(lane, job, clock_steady_ms());
    while (turn == TURN_WAIT) {
        lane_wait(lane, next_moment(lane));
        turn = whose_turn(lane, job, clock_steady_ms());
    }
    if (turn == TURN_JOB)
        (*job)->job.state = JOB_RUNNING;
    if (turn != TURN_END)
        lane->running_since = clock_steady_ms();
    (void)pthread_mutex_unlock(&lane->lock);
    return turn;
}

void *lane_run(void *arg)
{
    struct lane *lane = arg;
    struct records_job *job = NULL;
    enum turn turn = next_turn(lane, &job);

    while (turn != TURN_END) {
        if (turn == TURN_JOB)
            try_job(lane, job);
        else
            probe(lane);
        turn = next_turn(lane, &job);
    }
    (void)pthread_mutex_lock(&lane->lock);
    lane->ended = true;
    (void)pthread_cond_broadcast(&lane->changed);
    (void)pthread_mutex_unlock(&lane->lock);
    return NULL;
}
