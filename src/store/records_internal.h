// SPDX-License-Identifier: MIT
/* What records.c (opening, ending, what is said of it), records_lane.c (a thread and
   its queue) and records_job.c (the handle) share.  For store/, and for tests that
   play the engine. */
#pragma once

#include <pthread.h>

#include "base/job.h"
#include "store/checkpointer.h"
#include "store/records.h"
#include "store/sql_backend.h"
#include "store/syncer.h"

/* The same over another engine than the one for data folders. */
struct records *records_over(const struct sql_backend *backend,
                             const char *where, struct err *err);

/* ---- a lane: a connection, and a thread that uses it -------------------- */

/* Nobody is told of a peer that holds the database for less. */
#define LANE_BUSY_MS 1000

struct lane_options {
    const struct sql_backend *backend;
    const char *where;
    enum sql_use use;
    const char *probe; /* a statement that tells whether it works again */
    uint64_t limit_ms; /* of a transaction, or 0 */
    uint64_t slow_ms;  /* one that takes longer is trouble */
    struct checkpointer *checkpointer; /* or NULL */
    struct syncer *syncer;             /* likewise */
};

struct lane {
    struct lane_options options;
    pthread_mutex_t used; /* held by whoever uses `sql` */
    struct sql *sql;      /* opened when it is needed */
    uint64_t others;      /* sql_others() when the schema was looked at last */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    struct list
        jobs; /* QUEUED, and the RUNNING one: urgent ones, then others, each
                         in the order of their start */
    bool started;
    bool ending;
    bool ended;
    uint64_t give_up_ms;    /* steady, when it is ending */
    uint64_t running_since; /* steady, or 0 */
    uint64_t probe_ms;      /* steady: not before */
    uint64_t trouble_since; /* steady: it has not worked since, or 0 */
    struct err trouble;
    bool told;   /* the log has it */
    size_t lost; /* could not be done since it was ending */
};

void lane_init(struct lane *lane, const struct lane_options *options);
/* Its thread starts with the first job. */
void lane_add(struct lane *lane, struct records_job *job);
/* The job has not begun: it is taken back, and true. */
bool lane_take_back(struct lane *lane, struct records_job *job);
/* Now, on this thread. */
bool lane_do(struct lane *lane, const struct sql_transaction *transaction,
             struct err *err) MUST_CHECK;
/* Under its lock: until that time (UINT64_MAX: for ever), or until it has changed. */
void lane_wait(struct lane *lane, uint64_t at_ms);
/* What its thread does. */
void *lane_run(void *lane);
/* Carries out what is queued, until this time. */
void lane_stop(struct lane *lane, uint64_t give_up_ms);
/* After it was stopped. */
void lane_done(struct lane *lane);
/* Adds its jobs to `state`, and says what is wrong if nothing else was. */
void lane_state(struct lane *lane, struct store_state *state);

/* ---- a job -------------------------------------------------------------- */

struct records_job {
    struct job job;
    struct lane *lane;
    struct records_work work;
    struct loop_timer *patience; /* or NULL: for ever, or nobody waits */
    /* The lane's, under its lock: */
    uint64_t due_ms; /* steady: tried again then */
    uint64_t pause_ms;
    /* Written before it is told of: */
    bool failed;
    struct err err;
};

static inline struct records_job *records_job_of(struct job *job)
{
    return CONTAINER_OF(job, struct records_job, job);
}

static inline bool records_job_changes(const struct records_job *job)
{
    return !job->work.looks && !job->work.reads;
}
/* Is anything lost without it? */
static inline bool records_job_is_missed(const struct records_job *job)
{
    return records_job_changes(job) && !job->work.minor;
}

/* As records_start(). */
struct records_job *records_job_start(struct lane *lane, struct loop *loop,
                                      const struct records_work *work,
                                      void (*wake)(void *arg), void *arg);
/* Of its lane, under the lock: from now on nobody else finds it. */
void records_job_take_out(struct records_job *job);
/* Was it tried for as long as its asker wants? */
bool records_job_is_late(const struct records_job *job, uint64_t now_ms);
/* What is said of one that could not be done in time. */
void records_job_give_up(struct records_job *job);
