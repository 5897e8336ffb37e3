// SPDX-License-Identifier: MIT
/* The store: one thread that runs the blocking driver (store/driver.h) for
   everybody's loops.

       QUEUED -> RUNNING -> DONE

   A started job is a handle: `wake` comes once, on `loop`'s thread, when it is
   DONE; never from inside, never after store_job_free().  Freeing a job earlier lets
   it be carried through all the same; a lock that it took is given back.

   No job waits for another process: one that finds the documents held is tried
   again every 20 ms, while jobs of other keys that only read pass it by; after 5 s
   it fails with ERR_BUSY. */
#pragma once

#include "base/loop.h"
#include "store/driver.h"
#include "store/state.h"

struct seal;
struct store;
struct store_job;

/* Opens the embedded store in `folder` (made with 0700 if missing; wrong modes
   are corrected and reported in the log) and starts its thread.  `seal` may be NULL;
   borrowed.  NULL and err if the folder cannot be used. */
struct store *store_open(const char *folder, const struct seal *seal,
                         struct err *err);
/* The same over a driver of another kind, which is taken over. */
struct store *store_over(struct store_driver *driver);
/* Carry out what is queued, then end the thread.  Nothing may be started any more;
   what was started is delivered by its loop, or by loop_free(). */
void store_stop(struct store *store);
/* Stops it, if that was not done.  All jobs are freed and all loops that were
   given to one are freed or have run since. */
void store_free(struct store *store);

/* For reading at the start, and for tests: the driver itself. */
struct store_driver *store_driver(struct store *store);

/* Any thread. */
void store_state(struct store *store, struct store_state *state);

enum store_op {
    STORE_OP_READ,
    STORE_OP_UPDATE,
    STORE_OP_CHANGE,
    STORE_OP_CREATE,
    STORE_OP_REMOVE,  /* leaves a sign that this was asked for */
    STORE_OP_DISCARD, /* leaves none: nobody keeps the document in memory */
    STORE_OP_LOCK, /* tries once; what a crash left of the key is put right */
    STORE_OP_RESERVE, /* room for the next document of the lock's key */
    STORE_OP_CALL,    /* for store_call() */
    STORE_OP_UNLOCK,  /* for store_unlock() */
};

struct store_request {
    enum store_op op;
    const char *key;              /* or the name of the lock; copied */
    const struct json_doc *patch; /* UPDATE, CHANGE, CREATE; copied */
    /* RESERVE: the lock of the key; the room is held with it, until
       store_unlock() (NULL: none is reserved).  UPDATE, CHANGE: write into that room, if there is any.
       Borrowed: given back after the job was started, not before. */
    struct store_lock *lock;
};

/* Something else to be done with the documents. */
struct store_work {
    /* On the store's thread; it must not wait. */
    void (*run)(struct store_driver *driver, void *arg);
    void (*drop)(void *arg); /* when the job goes; on any thread */
    void *arg;
};

struct store_job *store_start(struct store *store, struct loop *loop,
                              const struct store_request *request,
                              void (*wake)(void *arg), void *arg);
/* Likewise for any other work. */
struct store_job *store_call(struct store *store, struct loop *loop,
                             const struct store_work *work,
                             void (*wake)(void *arg), void *arg);
void store_job_free(struct store_job *job);

bool store_job_is_done(const struct store_job *job);
/* The rest is for jobs that are DONE.  NULL if it went well. */
const struct err *store_job_error(const struct store_job *job);
/* READ: the document, the caller's from now on; NULL if there is none. */
struct json_doc *store_job_take_doc(struct store_job *job);
/* LOCK: the lock, the caller's; NULL if somebody else holds it. */
struct store_lock *store_job_take_lock(struct store_job *job);
/* READ or CHANGE that found no document: was its removal asked for (here, or by
   another process)?  False: it is away, and may come back. */
bool store_job_was_removed(const struct store_job *job);

/* A document that the next UPDATE or CHANGE with this lock will save, and that exists
   nowhere else: from now on it outlives the process, if room was reserved.  At
   once, on the caller's thread, while no job uses the lock.  False if there is no
   lock or no room. */
bool store_note(struct store *store, struct store_lock *lock,
                const struct json_doc *doc);

/* What was noted is not wanted any more: it goes with the lock. */
void store_forget_note(struct store *store, struct store_lock *lock);

/* Give a lock back; on the store thread, in the order of the queue.  NULL is
   fine.  Any thread. */
void store_unlock(struct store *store, struct store_lock *lock);

/* For commands, which have no loop to wait on: carry it out now, on this thread;
   waits up to 5 s for another process.  UPDATE, CHANGE, CREATE, REMOVE. */
bool store_do(struct store *store, const struct store_request *request,
              struct err *err) MUST_CHECK;
