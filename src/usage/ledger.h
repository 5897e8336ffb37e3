// SPDX-License-Identifier: MIT
/* The ledger: one booking for each request that reached an account, and their sums
   (store/schema/002_bookings.sql).  Requests never wait for it: what is added lies in
   bounded memory (usage/ledger_queue) until a batch of it is written, together with
   what limits count of the same requests (team/use_flush):

       added -(30 ms, or 1,000 wait)-> being written -> booked
         ^                                  |
         '- the transaction was undone -----'

   While the database cannot be written bookings stay in memory; what there is no room
   for is counted as lost.  Results of batches never take the room of requests, nor
   their turn, and are fetched no faster than they are written (usage/ledger_queue
   draws it).  At the latest 100 ms after it was added, one is handed to the
   kernel (written to the database's log), so that no end of the process loses it; from
   there it is synced as fast as the disk allows. */
#pragma once

#include "base/zone.h"
#include "store/records.h"
#include "team/use_flush.h"
#include "usage/booking.h"
#include "usage/breakdown.h"
#include "usage/record.h"
#include "usage/tally.h"

struct ledger;
struct price_board;

struct ledger_options {
    struct loop *loop;       /* the same as that of `flush` */
    struct keyring *ring;    /* whose limits a batch's results are charged to */
    struct use_flush *flush; /* which writes its batches, too */
    struct records *records; /* the same as that one's */
    const struct zone *zone; /* whose days are summed up */
    struct price_board *prices; /* for whose models figures are; NULL: none */
    uint64_t retention_ms;      /* how long bookings are kept; 0: for ever */
    size_t memory_max;          /* bytes that wait at most; 0: 64 MB */
    uint64_t stuck_ms; /* fetches wait for results to be written, but not
                                while none was for so long; 0: 2 s */
    /* A command's, which seldom books anything: nothing is removed, and whose days are
       summed up is looked at with each batch. */
    bool untended;
};

/* All of it stays as long as this does; the flush is stopped before this is freed. */
struct ledger *ledger_new(const struct ledger_options *options);
/* Once no request is left, on the flush's loop: hands over what is left, the flush's
   too, which records_stop() carries out.  NULL is fine. */
void ledger_stop(struct ledger *ledger);
/* After the records were stopped and the loop was freed.  NULL is fine. */
void ledger_free(struct ledger *ledger);

/* Counts it, and copies what a booking has if the record is of a request that was sent.
   Any thread.  NULL is fine: nothing is booked. */
void ledger_add(struct ledger *ledger, const struct record *record);

/* From now on `booked` is called with each batch that was written, on the ledger's loop: views
   that live for the call.  NULL: nobody wants to know. */
typedef void ledger_booked_fn(void *arg, const struct booking *const *at,
                              size_t count);
void ledger_listen(struct ledger *ledger, ledger_booked_fn *booked, void *arg);

/* Whoever reads results of a batch reads on later: too many wait.  Any thread; NULL is
   fine. */
bool ledger_is_crowded(struct ledger *ledger);

/* What all that was added comes to; as long as the ledger.  NULL has none. */
const struct tally *ledger_tally(const struct ledger *ledger);
/* The same by key, model and account; likewise. */
struct breakdown *ledger_breakdown(struct ledger *ledger);

struct ledger_state {
    uint64_t waiting;    /* bookings in memory */
    uint64_t waiting_ms; /* how long the oldest of them has been there */
    uint64_t booked;     /* since the start */
    uint64_t lost;       /* there was no room for */
    bool losing;         /* there is none now */
    uint64_t
        unsynced_ms; /* how long ago the oldest that may not be on the disk was
                             written; 0: all are */
};
/* Any thread. */
void ledger_state(struct ledger *ledger, struct ledger_state *state);
