// SPDX-License-Identifier: MIT
/* One job of the store: what it asks of the driver, and what it brings. */
#include "base/mem.h"
#include "store/store_internal.h"

struct store_job *store_job_new(struct store *store,
                                struct store_driver *driver,
                                const struct store_request *request)
{
    struct store_job *job = MEM_NEW(struct store_job);

    job_init(&job->job, store_job_destroy);
    job->store = store;
    job->driver = driver;
    job->op = request->op;
    job->key = mem_strdup(request->key);
    job->patch = request->patch ? json_doc_copy(request->patch) : NULL;
    job->room = request->lock;
    return job;
}

/* ---- what it does ------------------------------------------------------- */

static bool try_lock(struct store_job *job)
{
    struct store_driver *driver = job->driver;

    return driver->lock(driver, job->key, &job->taken, &job->err) !=
           STORE_LOCK_FAILED;
}

static bool read_doc(struct store_job *job)
{
    struct store_driver *driver = job->driver;
    bool ok = driver->read(driver, job->key, &job->doc, &job->err);

    job->removed = ok && !job->doc && driver->was_removed(driver, job->key);
    return ok;
}

static bool update(struct store_job *job, bool must_exist)
{
    struct store_driver *driver = job->driver;
    bool ok;

    if (job->room)
        ok = driver->fill(driver, job->room, job->patch, must_exist, &job->err);
    else if (must_exist)
        ok = driver->change(driver, job->key, job->patch, &job->err);
    else
        ok = driver->update(driver, job->key, job->patch, &job->err);
    job->removed = !ok && job->err.code == ERR_NOT_FOUND &&
                   driver->was_removed(driver, job->key);
    return ok;
}

static void unlock(struct store_job *job)
{
    if (job->taken)
        job->driver->unlock(job->driver, job->taken);
    job->taken = NULL;
}

static bool carry_out(struct store_job *job)
{
    struct store_driver *driver = job->driver;

    switch (job->op) {
    case STORE_OP_READ:
        return read_doc(job);
    case STORE_OP_UPDATE:
        return update(job, false);
    case STORE_OP_CHANGE:
        return update(job, true);
    case STORE_OP_CREATE:
        return driver->create(driver, job->key, job->patch, &job->err);
    case STORE_OP_REMOVE:
        return driver->remove(driver, job->key, &job->err);
    case STORE_OP_DISCARD:
        return driver->discard(driver, job->key, &job->err);
    case STORE_OP_LOCK:
        return try_lock(job);
    case STORE_OP_RESERVE:
        return !job->room || driver->reserve(driver, job->room, &job->err);
    case STORE_OP_CALL:
        job->work.run(driver, job->work.arg);
        return true;
    case STORE_OP_UNLOCK:
        break;
    }
    unlock(job);
    return true;
}

void store_job_run(struct store_job *job)
{
    job->failed = !carry_out(job);
}

bool store_job_is_busy(const struct store_job *job)
{
    return job->failed && job->op != STORE_OP_LOCK && job->err.code == ERR_BUSY;
}

void store_job_destroy(struct job *base)
{
    struct store_job *job = store_job_of(base);

    unlock(job);
    if (job->work.drop)
        job->work.drop(job->work.arg);
    json_doc_free(job->doc);
    json_doc_free(job->patch);
    mem_free(job->key);
    mem_free(job);
}

/* ---- what it brings ----------------------------------------------------- */

bool store_job_is_done(const struct store_job *job)
{
    return job_is_done(&job->job);
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

bool store_job_was_removed(const struct store_job *job)
{
    return job->removed;
}
