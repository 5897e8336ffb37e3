// SPDX-License-Identifier: MIT
/* What store.c (the thread and its queues) and store_job.c (what one job does)
   share.  Not for other folders. */
#pragma once

#include "base/job.h"
#include "store/store.h"

/* base/job.h says who holds it. */
struct store_job {
    struct job job;
    struct store *store;
    struct store_driver *driver;
    enum store_op op;
    char *key;
    struct json_doc *patch;
    struct store_lock *room; /* borrowed */
    struct store_work work;
    /* What follows is written before it is told of: */
    bool failed;
    bool removed;
    struct err err;
    struct json_doc *doc;
    struct store_lock *taken;
};

static inline struct store_job *store_job_of(struct job *job)
{
    return CONTAINER_OF(job, struct store_job, job);
}

/* Not queued yet, with everything of the request in it. */
struct store_job *store_job_new(struct store *store,
                                struct store_driver *driver,
                                const struct store_request *request);
/* Do it; sets `failed` and what else it brings.  On the store's thread, or the one
   of a command. */
void store_job_run(struct store_job *job);
/* It found the documents held by another process: nothing was done. */
bool store_job_is_busy(const struct store_job *job);
/* Of one that nobody else holds. */
void store_job_destroy(struct job *job);
