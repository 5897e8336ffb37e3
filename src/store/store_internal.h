// SPDX-License-Identifier: MIT
/* What store.c (the thread and its queues) and store_job.c (what one job does)
   share.  Not for other folders. */
#pragma once

#include "base/list.h"
#include "store/store.h"

/* Two hold it: its owner, until store_job_free(), and the store, until it has been
   delivered.  Whoever lets go last frees it. */
struct store_job {
    struct list node;
    struct store *store;
    struct store_driver *driver;
    enum store_op op;
    char *key;
    struct json_doc *patch;
    struct store_lock *room; /* borrowed */
    struct store_work work;
    uint64_t since_ms; /* steady */
    struct loop *loop;
    void (*wake)(void *arg);
    void *arg;
    bool freed;  /* this and `done`: the owner's thread only */
    bool done;   /* delivered */
    bool failed; /* this and what follows: written before it is delivered */
    bool removed;
    struct err err;
    struct json_doc *doc;
    struct store_lock *taken;
};

/* Not queued yet, with everything of the request in it. */
struct store_job *store_job_new(struct store *store,
                                struct store_driver *driver,
                                const struct store_request *request);
/* Do it; sets `failed` and what else it brings.  On the store's thread, or the one
   of a command. */
void store_job_run(struct store_job *job);
/* It found the documents held by another process: nothing was done. */
bool store_job_is_busy(const struct store_job *job);
/* The last one lets go. */
void store_job_destroy(struct store_job *job);
