// SPDX-License-Identifier: MIT
/* The records: what is kept by rows, in DATA_DIR/db/relay.db (docs/store.md).  Its own
   threads, apart from the one for documents (store/store.h), so that a batch of rows
   delays no token: one writes, one reads on a connection of its own, one checkpoints,
   one syncs.  They start with their first work.

   A started job is a handle (base/job.h): `wake` comes once, on `loop`'s thread, when
   it is done; never from inside, never after records_job_free().  Freeing a job
   earlier lets it be carried through all the same.

   Jobs are tried in the order of their start, but urgent ones first, and one that has to
   be tried again lets others pass: whoever needs an order starts the second when the first is done.

   If a newer program changes the tables meanwhile, so that this one may not write them
   any more (store/schema.h), what is to be written waits as for a full disk. */
#pragma once

#include "base/loop.h"
#include "store/sql.h"
#include "store/state.h"

struct records;
struct records_job;

/* Opens the database below `data_dir`, which is there already; makes it if it is
   missing (db/ 0700, files 0600, root's in a service user's folder are that user's),
   and brings its schema up to this program's.  Blocking, at the start: while another
   process holds it, for 30 s, and the log says so.  NULL and err if it cannot be used;
   err says what to do. */
struct records *records_open(const char *data_dir, struct err *err);
/* Carry out what is queued, for 30 s at most, sync, and end the threads.  The log says
   what could not be saved.  Nothing may be started any more; what was started is
   delivered by its loop, or by loop_free(). */
void records_stop(struct records *records);
/* After the stop: how many changes could not be saved since it began, whoever asked for
   them.  NULL is fine. */
size_t records_lost(const struct records *records);
/* Stops, if that was not done.  All jobs are freed, and all loops that were given to
   one are freed or have run since.  NULL is fine. */
void records_free(struct records *records);

/* How long a change that somebody waits for is tried. */
#define RECORDS_PATIENCE_MS 5000

struct records_work {
    /* In one transaction, which is kept if it returns true, else undone: ERR_BUSY and
       ERR_IO are tried again, anything else fails the job.  So it may be called several
       times, and begins afresh each time.  On a thread of the records: it does not
       wait, and touches nothing that another thread may. */
    bool (*run)(struct sql *sql, void *arg, struct err *err);
    void (*drop)(void *arg); /* or NULL; when the job goes; on any thread */
    void *arg;
    bool *kept; /* or NULL: whether it was carried out, said just before `drop`;
                   `run` cannot know, for what it did may yet be undone */
    bool
        reads; /* changes nothing: on the connection for reading, and for 2 s at
                   most */
    bool urgent; /* goes before all that waits and is not */
    /* Changes nothing, but is on the connection that writes, for sql_others(): what
       these records write is not taken for that of others. */
    bool looks;
    /* Done when the kernel has it: no end of the process undoes it, and it is synced as
       fast as the disk allows, on a thread that keeps no job waiting. */
    bool later;
    /* What it changes is soon known again: that it could not be carried out at the end
       is no loss. */
    bool minor;
    /* So long after its start a job that could not be done fails with ERR_BUSY or
       ERR_IO, and nothing was changed; 0: never (until the records are stopped).  One
       that is being carried out by then is waited for. */
    uint64_t patience_ms;
};

/* On `loop`'s own thread; or without any loop: nobody is told. */
struct records_job *records_start(struct records *records, struct loop *loop,
                                  const struct records_work *work,
                                  void (*wake)(void *arg), void *arg);
/* NULL is fine. */
void records_job_free(struct records_job *job);
bool records_job_is_done(const struct records_job *job);
/* Of a job that is done: NULL if it went well. */
const struct err *records_job_error(const struct records_job *job);

/* For commands and the start: now, on this thread, without limit for reading; waits
   for work->patience_ms (0: RECORDS_PATIENCE_MS) at most.  `drop` is called, too. */
bool records_do(struct records *records, const struct records_work *work,
                struct err *err) MUST_CHECK;

/* How many jobs wait, for how long the oldest does, and why nothing can be saved at
   the moment.  Any thread. */
void records_state(struct records *records, struct store_state *state);

/* How long ago the oldest was written that may not be on the disk yet; 0: all is.  Any
   thread. */
uint64_t records_unsynced_ms(struct records *records);

/* A consistent copy of the database as `file`, which must not exist, while others
   write.  Blocking; any thread. */
bool records_backup(struct records *records, const char *file,
                    struct err *err) MUST_CHECK;
