// SPDX-License-Identifier: MIT
/* The store's thread and its queue. */
#include "store/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"
#include "store/embedded.h"
#include "store/store_internal.h"

#define RETRY_MS 20
#define PATIENCE_MS 5000
/* Nobody is told of a peer that holds the documents for less. */
#define PROBLEM_MS 1000
/* So long after a job failed for it, unless one went well since. */
#define PROBLEM_LASTS_MS 5000

struct store {
    struct store_driver *driver;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all that follows, down to `ending` */
    pthread_cond_t filled;
    struct list queue;
    struct list held_up; /* they found the documents held, or may not pass one
                            that did; in their order */
    const struct store_job
        *trying;       /* one of them that is being tried, or NULL */
    uint64_t retry_ms; /* steady: when the first of them is tried again */
    uint64_t busy_ms;  /* steady: when one failed for it last, or 0 */
    bool ending;
    bool stopped; /* the thread has ended */
};

/* ---- whose turn it is --------------------------------------------------- */

static struct store_job *first_of(struct list *jobs)
{
    return list_is_empty(jobs)
               ? NULL
               : store_job_of(LIST_ITEM(jobs->next, struct job, node));
}

static bool is_reading(const struct store_job *job)
{
    return job->op == STORE_OP_READ || job->op == STORE_OP_LOCK ||
           job->op == STORE_OP_CALL || job->op == STORE_OP_UNLOCK;
}

/* What only reads may pass a change that waits, unless it is of the same key. */
static bool may_pass(const struct store_job *job, struct list *held_up)
{
    if (!is_reading(job) || job->op == STORE_OP_UNLOCK)
        return false;
    for (struct list *node = held_up->next; node != held_up;
         node = node->next) {
        const struct store_job *other =
            store_job_of(LIST_ITEM(node, struct job, node));

        if (str_eq(str_of(other->key), str_of(job->key)))
            return false;
    }
    return true;
}

static size_t count_of(const struct list *jobs)
{
    size_t count = 0;

    for (const struct list *node = jobs->next; node != jobs; node = node->next)
        count++;
    return count;
}

/* Taken off its list, or NULL: look again after a wait.  Under the lock. */
static struct store_job *pick(struct store *store)
{
    struct store_job *waiting = first_of(&store->held_up);
    struct store_job *job = first_of(&store->queue);

    if (waiting && clock_steady_ms() >= store->retry_ms)
        job = waiting;
    if (job)
        list_remove(&job->job.node);
    if (job && job == waiting)
        store->trying = job;
    if (!job || job == waiting || !waiting || may_pass(job, &store->held_up))
        return job;
    list_push(&store->held_up, &job->job.node);
    return NULL;
}

/* Waits for one; NULL when the store is closed and nothing is left. */
static struct store_job *next_job(struct store *store)
{
    struct store_job *job;

    (void)pthread_mutex_lock(&store->lock);
    for (job = pick(store); !job; job = pick(store)) {
        if (!list_is_empty(&store->queue))
            continue;
        if (!list_is_empty(&store->held_up))
            condition_wait(&store->filled, &store->lock, store->retry_ms);
        else if (store->ending)
            break;
        else
            (void)pthread_cond_wait(&store->filled, &store->lock);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return job;
}

static void give_up(struct store_job *job)
{
    (void)err_wrap(&job->err, "nothing was changed within %u s, try again",
                   PATIENCE_MS / 1000);
}

/* The documents are held by another process: it is tried again, in front of all
   that wait.  False if it has waited for long enough. */
static bool hold_up(struct store *store, struct store_job *job)
{
    uint64_t now_ms = clock_steady_ms();
    bool again = now_ms - job->job.since_ms < PATIENCE_MS;

    (void)pthread_mutex_lock(&store->lock);
    store->trying = NULL;
    if (again) {
        store->retry_ms = now_ms + RETRY_MS;
        list_push(store->held_up.next, &job->job.node);
    } else {
        store->busy_ms = now_ms;
    }
    (void)pthread_mutex_unlock(&store->lock);
    return again;
}

static void went_well(struct store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    store->busy_ms = 0;
    (void)pthread_mutex_unlock(&store->lock);
}

static void finish(struct store *store, struct store_job *job)
{
    (void)pthread_mutex_lock(&store->lock);
    store->trying = NULL;
    (void)pthread_mutex_unlock(&store->lock);
    if (store_job_is_busy(job))
        give_up(job);
    job->job.state = JOB_DONE;
    job_finish(&job->job);
}

static void *run(void *arg)
{
    struct store *store = arg;
    struct store_job *job = next_job(store);

    while (job) {
        store_job_run(job);
        if (!job->failed && !is_reading(job))
            went_well(store);
        if (!store_job_is_busy(job) || !hold_up(store, job))
            finish(store, job);
        job = next_job(store);
    }
    return NULL;
}

/* ---- life --------------------------------------------------------------- */

struct store *store_over(struct store_driver *driver)
{
    struct store *store = MEM_NEW(struct store);

    store->driver = driver;
    list_init(&store->queue);
    list_init(&store->held_up);
    (void)pthread_mutex_init(&store->lock, NULL);
    condition_init(&store->filled);
    if (pthread_create(&store->thread, NULL, run, store) != 0)
        abort();
    return store;
}

struct store *store_open(const char *folder, const struct seal *seal,
                         struct err *err)
{
    struct store_driver *driver = embedded_open(folder, seal, err);

    return driver ? store_over(driver) : NULL;
}

void store_stop(struct store *store)
{
    if (!store || store->stopped)
        return;
    (void)pthread_mutex_lock(&store->lock);
    store->ending = true;
    (void)pthread_cond_signal(&store->filled);
    (void)pthread_mutex_unlock(&store->lock);
    (void)pthread_join(store->thread, NULL);
    store->stopped = true;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    store_stop(store);
    (void)pthread_cond_destroy(&store->filled);
    (void)pthread_mutex_destroy(&store->lock);
    store->driver->free(store->driver);
    mem_free(store);
}

struct store_driver *store_driver(struct store *store)
{
    return store->driver;
}

/* ---- jobs --------------------------------------------------------------- */

static void enqueue(struct store *store, struct store_job *job)
{
    (void)pthread_mutex_lock(&store->lock);
    list_push(&store->queue, &job->job.node);
    (void)pthread_cond_signal(&store->filled);
    (void)pthread_mutex_unlock(&store->lock);
}

/* From now on it may be done at any moment. */
static struct store_job *send(struct store_job *job, struct loop *loop,
                              void (*wake)(void *arg), void *arg)
{
    job_ask(&job->job, loop, wake, arg);
    enqueue(job->store, job);
    return job;
}

struct store_job *store_start(struct store *store, struct loop *loop,
                              const struct store_request *request,
                              void (*wake)(void *arg), void *arg)
{
    return send(store_job_new(store, store->driver, request), loop, wake, arg);
}

struct store_job *store_call(struct store *store, struct loop *loop,
                             const struct store_work *work,
                             void (*wake)(void *arg), void *arg)
{
    struct store_job *job = store_job_new(store, store->driver,
                                          &(struct store_request){
                                              .op = STORE_OP_CALL, .key = "" });

    job->work = *work;
    return send(job, loop, wake, arg);
}

void store_job_free(struct store_job *job)
{
    if (job)
        job_free(&job->job);
}

bool store_note(struct store *store, struct store_lock *lock,
                const struct json_doc *doc)
{
    return lock && store->driver->note(store->driver, lock, doc);
}

void store_forget_note(struct store *store, struct store_lock *lock)
{
    if (lock)
        (void)store->driver->note(store->driver, lock, NULL);
}

void store_unlock(struct store *store, struct store_lock *taken)
{
    struct store_job *job;

    if (!taken)
        return;
    job = store_job_new(store, store->driver,
                        &(struct store_request){ .op = STORE_OP_UNLOCK,
                                                 .key = "" });
    job->taken = taken;
    enqueue(store, job);
}

/* ---- what is said of it ------------------------------------------------- */

void store_state(struct store *store, struct store_state *state)
{
    uint64_t now_ms = clock_steady_ms();
    const struct store_job *first;
    bool busy;

    *state = (struct store_state){ 0 };
    (void)pthread_mutex_lock(&store->lock);
    state->waiting = count_of(&store->held_up) + count_of(&store->queue) +
                     (store->trying != NULL);
    first = store->trying ? store->trying : first_of(&store->held_up);
    busy = (first && now_ms - first->job.since_ms > PROBLEM_MS) ||
           (store->busy_ms > 0 && now_ms - store->busy_ms < PROBLEM_LASTS_MS);
    if (!first)
        first = first_of(&store->queue);
    if (first)
        state->oldest_ms = now_ms - first->job.since_ms;
    (void)pthread_mutex_unlock(&store->lock);
    if (busy)
        (void)snprintf(state->problem, sizeof(state->problem),
                       "another process holds the data folder: nothing can be "
                       "saved until it lets go");
}

/* ---- for commands ------------------------------------------------------- */

bool store_do(struct store *store, const struct store_request *request,
              struct err *err)
{
    struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
    struct store_job *job = store_job_new(store, store->driver, request);
    bool ok;

    store_job_run(job);
    while (store_job_is_busy(job) &&
           clock_steady_ms() - job->job.since_ms < PATIENCE_MS) {
        (void)nanosleep(&pause, NULL);
        store_job_run(job);
    }
    if (store_job_is_busy(job))
        give_up(job);
    ok = !job->failed;
    *err = job->err;
    store_job_destroy(&job->job);
    return ok;
}
