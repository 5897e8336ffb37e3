// SPDX-License-Identifier: MIT
/* Work that one thread asks of another. */
#include "base/job.h"

#include <assert.h>

#include "base/clock.h"

void job_init(struct job *job, void (*destroy)(struct job *job))
{
    *job = (struct job){ .destroy = destroy, .since_ms = clock_steady_ms() };
    list_init(&job->node);
}

void job_ask(struct job *job, struct loop *loop, void (*wake)(void *arg),
             void *arg)
{
    assert(job->state == JOB_QUEUED && !job->loop);
    job->loop = loop;
    job->wake = wake;
    job->arg = arg;
}

/* On the asker's thread. */
static void tell(void *arg)
{
    struct job *job = arg;

    job->told = true;
    if (job->freed)
        job->destroy(job);
    else
        job->wake(job->arg);
}

void job_finish(struct job *job)
{
    assert(job->state == JOB_DONE);
    if (job->loop)
        loop_post(job->loop, tell, job);
    else
        job->destroy(job);
}

void job_finish_here(struct job *job)
{
    assert(job->loop && job->state == JOB_DONE);
    tell(job);
}

void job_free(struct job *job)
{
    if (!job)
        return;
    if (job->told)
        job->destroy(job);
    else
        job->freed = true;
}
