// SPDX-License-Identifier: MIT
/* Where netlink is refused: those who wait for a pass over the system's list, and
   the thread that makes it.  One pass answers all who were there when it began.

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

/* Waits for some; 0 when the end has come. */
static size_t take_all(struct peers *peers, struct peer_job **jobs)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&peers->lock);
    while (list_is_empty(&peers->queue) && !peers->ending)
        (void)pthread_cond_wait(&peers->filled, &peers->lock);
    while (!list_is_empty(&peers->queue)) {
        struct peer_job *job =
            LIST_ITEM(peers->queue.next, struct peer_job, node);

        list_remove(&job->node);
        job->state = JOB_SEARCHING;
        jobs[count++] = job;
    }
    (void)pthread_mutex_unlock(&peers->lock);
    return count;
}

static void search(const struct peers *peers, struct peer_job **jobs,
                   size_t count)
{
    struct peer_search *searches[PEERS_WAITING_MAX];
    struct err err;
    bool ok;

    for (size_t i = 0; i < count; i++)
        searches[i] = &jobs[i]->search;
    ok = peer_proc_search(peers->proc, searches, count, &err);
    for (size_t i = 0; i < count; i++) {
        struct peer_search *one = searches[i];

        if (one->is_found)
            jobs[i]->verdict = peers_conclude(peers, &one->pair, &one->found);
        else
            jobs[i]->verdict = ok ? PEER_GONE : PEER_UNKNOWN;
    }
}

/* Posted under the lock: whoever has freed its job may free its loop, too. */
static void give_back(struct peers *peers, struct peer_job **jobs, size_t count)
{
    (void)pthread_mutex_lock(&peers->lock);
    peers->waiting -= count;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->state = JOB_POSTED;
        if (jobs[i]->freed)
            mem_free(jobs[i]);
        else
            loop_post(jobs[i]->asker->loop, deliver, jobs[i]);
    }
    (void)pthread_mutex_unlock(&peers->lock);
}

static void *run(void *arg)
{
    struct peer_job *jobs[PEERS_WAITING_MAX];
    struct peers *peers = arg;
    size_t count = take_all(peers, jobs);

    while (count > 0) {
        search(peers, jobs, count);
        give_back(peers, jobs, count);
        count = take_all(peers, jobs);
    }
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

static bool enqueue(struct peers *peers, struct peer_job *job)
{
    bool fits;

    (void)pthread_mutex_lock(&peers->lock);
    fits = peers->waiting < PEERS_WAITING_MAX;
    if (fits) {
        peers->waiting++;
        list_push(&peers->queue, &job->node);
        (void)pthread_cond_signal(&peers->filled);
    }
    (void)pthread_mutex_unlock(&peers->lock);
    return fits;
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
    if (peers_examine(process, &job->search.pair) == PEER_UNASKED &&
        enqueue(process->asker->peers, job))
        return job;
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
