// SPDX-License-Identifier: MIT
/* Where netlink is refused: those who wait for a pass over the system's list, and
   the thread that makes it.  One pass answers all who were there when it began, be they
   as many as the relay has connections: a bound of its own would be one more place
   from which strangers keep the owner out.

       QUEUED -> SEARCHING -> POSTED -> (wake)
*/
#include <stdlib.h>

#include "base/mem.h"
#include "net/peer_proc.h"
#include "net/peers_internal.h"

enum peer_job_state { JOB_QUEUED, JOB_SEARCHING, JOB_POSTED, JOB_DONE };

/* Its asker's until peer_job_free(); while it is SEARCHING the thread's as well,
   while it is POSTED its loop's. */
struct peer_job {
    struct list node;
    struct peer_asker *asker;
    struct peer_process *process;
    void (*wake)(void *arg);
    void *arg;
    enum peer_job_state state;
    bool freed;
    struct peer_search search;
    enum peer_verdict verdict;
};

/* ---- the thread --------------------------------------------------------- */

/* On the asker's loop. */
static void deliver(void *arg)
{
    struct peer_job *job = arg;

    if (job->freed) {
        mem_free(job);
        return;
    }
    job->state = JOB_DONE;
    if (job->verdict != PEER_UNKNOWN)
        job->process->verdict = peers_confirm(job->process, job->verdict);
    job->wake(job->arg);
}

/* One pass's. */
struct batch {
    size_t count; /* 0: the end has come */
    struct peer_job **jobs;
    struct peer_search **searches;
};

static void wait_for_some(struct peers *peers)
{
    while (list_is_empty(&peers->queue) && !peers->ending)
        (void)pthread_cond_wait(&peers->filled, &peers->lock);
}

/* No pass is under way: whoever waits is in the queue. */
static void take_all(struct peers *peers, struct batch *batch)
{
    batch->count = 0;
    (void)pthread_mutex_lock(&peers->lock);
    wait_for_some(peers);
    batch->jobs = mem_alloc((peers->waiting + 1) * sizeof(struct peer_job *));
    batch->searches =
        mem_alloc((peers->waiting + 1) * sizeof(struct peer_search *));
    while (!list_is_empty(&peers->queue)) {
        struct peer_job *job =
            LIST_ITEM(peers->queue.next, struct peer_job, node);

        list_remove(&job->node);
        job->state = JOB_SEARCHING;
        batch->searches[batch->count] = &job->search;
        batch->jobs[batch->count++] = job;
    }
    (void)pthread_mutex_unlock(&peers->lock);
}

static void search(struct peers *peers, const struct batch *batch)
{
    struct err err;
    bool ok =
        peer_proc_search(peers->proc, batch->searches, batch->count, &err);

    for (size_t i = 0; i < batch->count; i++) {
        struct peer_job *job = batch->jobs[i];

        if (job->search.is_found)
            job->verdict =
                peers_conclude(peers, &job->search.pair, &job->search.found);
        else
            job->verdict = ok ? PEER_GONE : PEER_UNKNOWN;
    }
}

/* Posted under the lock: whoever has freed its job may free its loop, too. */
static void give_back(struct peers *peers, const struct batch *batch)
{
    (void)pthread_mutex_lock(&peers->lock);
    peers->waiting -= batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        struct peer_job *job = batch->jobs[i];

        job->state = JOB_POSTED;
        if (job->freed)
            mem_free(job);
        else
            loop_post(job->asker->loop, deliver, job);
    }
    (void)pthread_mutex_unlock(&peers->lock);
}

static void *run(void *arg)
{
    struct peers *peers = arg;
    struct batch batch;

    do {
        take_all(peers, &batch);
        if (batch.count > 0) {
            search(peers, &batch);
            give_back(peers, &batch);
        }
        mem_free(batch.jobs);
        mem_free(batch.searches);
    } while (batch.count > 0);
    return NULL;
}

void peers_start_thread(struct peers *peers)
{
    list_init(&peers->queue);
    (void)pthread_mutex_init(&peers->lock, NULL);
    (void)pthread_cond_init(&peers->filled, NULL);
    if (pthread_create(&peers->thread, NULL, run, peers) != 0)
        abort();
}

void peers_stop_thread(struct peers *peers)
{
    (void)pthread_mutex_lock(&peers->lock);
    peers->ending = true;
    (void)pthread_cond_signal(&peers->filled);
    (void)pthread_mutex_unlock(&peers->lock);
    (void)pthread_join(peers->thread, NULL);
    (void)pthread_cond_destroy(&peers->filled);
    (void)pthread_mutex_destroy(&peers->lock);
}

/* ---- jobs --------------------------------------------------------------- */

static void enqueue(struct peers *peers, struct peer_job *job)
{
    (void)pthread_mutex_lock(&peers->lock);
    peers->waiting++;
    list_push(&peers->queue, &job->node);
    (void)pthread_cond_signal(&peers->filled);
    (void)pthread_mutex_unlock(&peers->lock);
}

struct peer_job *peer_job_start(struct peer_process *process,
                                void (*wake)(void *arg), void *arg)
{
    struct peer_job *job = MEM_NEW(struct peer_job);

    list_init(&job->node);
    job->asker = process->asker;
    job->process = process;
    job->wake = wake;
    job->arg = arg;
    if (peers_examine(process, &job->search.pair) == PEER_UNASKED) {
        enqueue(process->asker->peers, job);
        return job;
    }
    mem_free(job);
    return NULL;
}

/* True if nobody else has it any more. */
static bool let_go(struct peers *peers, struct peer_job *job)
{
    bool alone;

    (void)pthread_mutex_lock(&peers->lock);
    alone = job->state == JOB_QUEUED || job->state == JOB_DONE;
    if (job->state == JOB_QUEUED)
        peers->waiting--;
    list_remove(&job->node);
    job->freed = true;
    (void)pthread_mutex_unlock(&peers->lock);
    return alone;
}

void peer_job_free(struct peer_job *job)
{
    if (job && let_go(job->asker->peers, job))
        mem_free(job);
}
