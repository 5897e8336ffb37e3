// SPDX-License-Identifier: MIT
/* The store's thread and its queue. */
#include "store/store.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/mem.h"
#include "store/embedded.h"

struct store {
    struct store_driver *driver;
    pthread_t thread;
    pthread_mutex_t lock; /* guards `queue` and `ending` */
    pthread_cond_t filled;
    struct list queue;
    bool ending;
    bool stopped; /* the thread has ended */
};

/* Two hold it: its owner, until store_job_free(), and the store, until it has been
   delivered.  Whoever lets go last frees it. */
struct store_job {
    struct list node;
    struct store *store;
    enum store_op op;
    char *key;
    struct json_doc *patch;
    struct loop *loop;
    void (*wake)(void *arg);
    void *arg;
    bool freed;  /* this and `done`: the owner's thread only */
    bool done;   /* delivered */
    bool failed; /* this and what follows: written before it is delivered */
    struct err err;
    struct json_doc *doc;
    struct store_lock *taken;
};

/* ---- the thread --------------------------------------------------------- */

static bool try_lock(struct store_job *job)
{
    struct store_driver *driver = job->store->driver;

    return driver->lock(driver, job->key, &job->taken, &job->err) !=
           STORE_LOCK_FAILED;
}

static bool carry_out(struct store_job *job)
{
    struct store_driver *driver = job->store->driver;

    switch (job->op) {
    case STORE_OP_READ:
        return driver->read(driver, job->key, &job->doc, &job->err);
    case STORE_OP_UPDATE:
        return driver->update(driver, job->key, job->patch, &job->err);
    case STORE_OP_CHANGE:
        return driver->change(driver, job->key, job->patch, &job->err);
    case STORE_OP_CREATE:
        return driver->create(driver, job->key, job->patch, &job->err);
    case STORE_OP_REMOVE:
        return driver->remove(driver, job->key, &job->err);
    case STORE_OP_LOCK:
        return try_lock(job);
    case STORE_OP_UNLOCK:
        break;
    }
    driver->unlock(driver, job->taken);
    job->taken = NULL;
    return true;
}

static void destroy(struct store_job *job)
{
    if (job->taken)
        job->store->driver->unlock(job->store->driver, job->taken);
    json_doc_free(job->doc);
    json_doc_free(job->patch);
    mem_free(job->key);
    mem_free(job);
}

/* On the owner's thread. */
static void deliver(void *arg)
{
    struct store_job *job = arg;

    job->done = true;
    if (job->freed)
        destroy(job);
    else
        job->wake(job->arg);
}

/* Waits for one; NULL when the store is closed and the queue is empty. */
static struct store_job *next_job(struct store *store)
{
    struct store_job *job = NULL;

    (void)pthread_mutex_lock(&store->lock);
    while (list_is_empty(&store->queue) && !store->ending)
        (void)pthread_cond_wait(&store->filled, &store->lock);
    if (!list_is_empty(&store->queue)) {
        job = LIST_ITEM(store->queue.next, struct store_job, node);
        list_remove(&job->node);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return job;
}

static void *run(void *arg)
{
    struct store *store = arg;
    struct store_job *job = next_job(store);

    while (job) {
        job->failed = !carry_out(job);
        if (job->loop)
            loop_post(job->loop, deliver, job);
        else
            destroy(job);
        job = next_job(store);
    }
    return NULL;
}

/* ---- life --------------------------------------------------------------- */

struct store *store_open(const char *folder, const struct seal *seal,
                         struct err *err)
{
    struct store *store = MEM_NEW(struct store);

    store->driver = embedded_open(folder, seal, err);
    if (!store->driver) {
        mem_free(store);
        return NULL;
    }
    list_init(&store->queue);
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_cond_init(&store->filled, NULL);
    if (pthread_create(&store->thread, NULL, run, store) != 0)
        abort();
    return store;
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

bool store_serve(struct store *store, struct err *err)
{
    return embedded_serve(store->driver, err);
}

struct store_driver *store_driver(struct store *store)
{
    return store->driver;
}

/* ---- jobs --------------------------------------------------------------- */

static void enqueue(struct store *store, struct store_job *job)
{
    (void)pthread_mutex_lock(&store->lock);
    list_push(&store->queue, &job->node);
    (void)pthread_cond_signal(&store->filled);
    (void)pthread_mutex_unlock(&store->lock);
}

struct store_job *store_start(struct store *store, struct loop *loop,
                              const struct store_request *request,
                              void (*wake)(void *arg), void *arg)
{
    struct store_job *job = MEM_NEW(struct store_job);

    list_init(&job->node);
    job->store = store;
    job->op = request->op;
    job->key = mem_strdup(request->key);
    if (request->patch)
        job->patch = json_doc_copy(request->patch);
    job->loop = loop;
    job->wake = wake;
    job->arg = arg;
    enqueue(store, job);
    return job;
}

void store_job_free(struct store_job *job)
{
    if (!job)
        return;
    if (job->done)
        destroy(job);
    else
        job->freed = true;
}

bool store_job_is_done(const struct store_job *job)
{
    return job->done;
}

const struct err *store_job_error(const struct store_job *job)
{
    return job->failed ? &job->err : NULL;
}

struct json_doc *store_job_take_doc(struct store_job *job)
{
    struct json_doc *doc = job->doc;

    job->doc = NULL;
    return doc;
}

struct store_lock *store_job_take_lock(struct store_job *job)
{
    struct store_lock *taken = job->taken;

    job->taken = NULL;
    return taken;
}

void store_unlock(struct store *store, struct store_lock *taken)
{
    struct store_job *job;

    if (!taken)
        return;
    job = MEM_NEW(struct store_job);
    list_init(&job->node);
    job->store = store;
    job->op = STORE_OP_UNLOCK;
    job->taken = taken;
    enqueue(store, job);
}
