// SPDX-License-Identifier: MIT
/* Work that one thread asks of another, and is told of on its own loop.

       QUEUED -> RUNNING -> DONE -> told: wake(arg), once, on the asker's loop
         ^          |
         '----------'  to be tried again

   Two hold a job: the asker, until job_free(), and the worker, until job_finish().
   Freed early it is carried through all the same, and nobody is told.  Whoever lets
   go last frees it with `destroy`.

   A job lies inside a struct of its worker's, which says what is to be done.  `state`
   is the worker's, under the lock of its queue; what the job brings is written before
   job_finish(), and read when it has been told. */
#pragma once

#include "base/list.h"
#include "base/loop.h"

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE };

struct job {
    struct list node; /* the worker's */
    enum job_state state;
    uint64_t since_ms; /* steady: when it was made */
    struct loop *loop;
    void (*wake)(void *arg);
    void *arg;
    void (*destroy)(struct job *job);
    bool freed; /* this and `told`: the asker's thread only */
    bool told;
};

/* A new one, that nobody is told of so far. */
void job_init(struct job *job, void (*destroy)(struct job *job));
/* Before it is queued, for then it may be done at any moment: who is told.  Without a
   loop nobody is, and it has no asker. */
void job_ask(struct job *job, struct loop *loop, void (*wake)(void *arg),
             void *arg);

/* For the worker, on any thread, once the state is JOB_DONE: it is the worker's no
   longer. */
void job_finish(struct job *job);
/* The same on the thread of the asker's loop, which is told before this returns: not
   from inside what asked for it. */
void job_finish_here(struct job *job);

/* For the asker: NULL is fine. */
void job_free(struct job *job);
static inline bool job_is_done(const struct job *job)
{
    return job->told;
}
