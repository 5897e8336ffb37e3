// SPDX-License-Identifier: MIT
/* A job of the records, and how long its asker waits for it. */
#include "base/clock.h"
#include "base/mem.h"
#include "store/records_internal.h"

static void destroy(struct job *base)
{
    struct records_job *job = records_job_of(base);

    if (job->work.kept)
        *job->work.kept = !job->failed;
    if (job->work.drop)
        job->work.drop(job->work.arg);
    mem_free(job);
}

static struct records_job *job_new(struct lane *lane,
                                   const struct records_work *work)
{
    struct records_job *job = MEM_NEW(struct records_job);

    job_init(&job->job, destroy);
    job->lane = lane;
    job->work = *work;
    return job;
}

void records_job_take_out(struct records_job *job)
{
    list_remove(&job->job.node);
    job->job.state = JOB_DONE;
}

bool records_job_is_late(const struct records_job *job, uint64_t now_ms)
{
    return job->work.patience_ms > 0 &&
           now_ms - job->job.since_ms >= job->work.patience_ms;
}

void records_job_give_up(struct records_job *job)
{
    uint64_t waited_ms = clock_steady_ms() - job->job.since_ms;

    job->failed = true;
    if (!sql_may_work_later(&job->err))
        err_set(&job->err, ERR_BUSY, "the database has not answered");
    (void)err_wrap(&job->err, "nothing was %s within %llu s, try again",
                   records_job_changes(job) ? "changed" : "found out",
                   (unsigned long long)(waited_ms + 500) / 1000);
}

/* On the asker's loop.  One that is being carried out is waited for: nobody knows
   yet what came of it. */
static void run_out(void *arg)
{
    struct records_job *job = arg;

    if (!lane_take_back(job->lane, job))
        return;
    records_job_give_up(job);
    job_finish_here(&job->job);
}

struct records_job *records_job_start(struct lane *lane, struct loop *loop,
                                      const struct records_work *work,
                                      void (*wake)(void *arg), void *arg)
{
    struct records_job *job = job_new(lane, work);

    if (loop) {
        job_ask(&job->job, loop, wake, arg);
        if (work->patience_ms > 0) {
            job->patience = loop_timer_new(loop, run_out, job);
            loop_timer_set(job->patience, work->patience_ms);
        }
    }
    lane_add(lane, job);
    return loop ? job : NULL;
}

void records_job_free(struct records_job *job)
{
    if (!job)
        return;
    loop_timer_free(job->patience);
    job->patience = NULL;
    job_free(&job->job);
}

bool records_job_is_done(const struct records_job *job)
{
    return job_is_done(&job->job);
}

const struct err *records_job_error(const struct records_job *job)
{
    return job->failed ? &job->err : NULL;
}
