// SPDX-License-Identifier: MIT
/* Bookings that wait to be written, in memory.  Any thread adds; one takes them, a batch
   at a time, and says what became of it.  Results of batches come by the hundred
   thousand, as fast as they are fetched, and can be fetched again; so each kind has
   memory of its own, and those of requests go first:

       requests -> [ three quarters ] -first--------------.
                                                          +-> a batch
       results --> [ one quarter ] -then, up to half of it-'
          ^
          '- crowded: LEDGER_CROWD wait (whoever fetches some waits, too), unless none
             was written for a while: then nothing waits for the disk, and what has no
             room is lost

   Half, so that what comes meanwhile is not kept waiting long for results.  Within a
   kind first in is first out, in chunks, of which there are so many at most. */
#pragma once

#include <stddef.h>

#include "base/list.h"
#include "usage/ledger_totals.h"

struct ledger_queue;

/* Results that wait, beside those that were taken, when they are too many. */
#define LEDGER_CROWD 1000

/* `memory_max`: bytes of all that wait, those that were taken included; `stuck_ms`: for
   so long none was written, and results are crowded no more. */
struct ledger_queue *ledger_queue_new(size_t memory_max, uint64_t stuck_ms);
/* What is in it is gone.  NULL is fine. */
void ledger_queue_free(struct ledger_queue *queue);

enum ledger_added {
    LEDGER_ADDED,
    LEDGER_ADDED_FIRST, /* none was in it: somebody has to take it */
    LEDGER_LOST,        /* there was no room: it is counted */
};
/* Any thread. */
enum ledger_added ledger_queue_add(struct ledger_queue *queue,
                                   const struct record *record);
/* Who has results of a batch to add should not go on yet.  Any thread. */
bool ledger_queue_is_crowded(struct ledger_queue *queue);

/* Those that were taken. */
struct ledger_batch {
    struct list node; /* the queue's */
    struct list chunks;
    size_t count;
    const struct booking *at[LEDGER_BATCH_MAX];
};
/* The oldest of each kind, LEDGER_BATCH_MAX at most together; how many are left. */
size_t ledger_queue_take(struct ledger_queue *queue,
                         struct ledger_batch *batch);
/* They are written: their memory is free. */
void ledger_queue_done(struct ledger_queue *queue, struct ledger_batch *batch);
/* They are not: they are the oldest again. */
void ledger_queue_put_back(struct ledger_queue *queue,
                           struct ledger_batch *batch);

struct ledger_queue_state {
    uint64_t waiting;    /* bookings, those that were taken included */
    uint64_t waiting_ms; /* how long the oldest of them has been there */
    uint64_t added;      /* since the start, with those that were lost */
    uint64_t lost;       /* likewise */
};
/* Any thread. */
void ledger_queue_state(struct ledger_queue *queue,
                        struct ledger_queue_state *state);
