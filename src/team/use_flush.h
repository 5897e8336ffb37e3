// SPDX-License-Identifier: MIT
/* Writing behind: what was counted, and when keys were used, goes to the database some
   moments after it happened.  Requests never wait for it; while the database cannot be
   written, everything stays in memory and is written once it works again.

       IDLE -(a second; some moments after use_flush_soon(); at once with a key's
              first use)-> SAVING -> IDLE, or SAVING again while there is more

   A first use is saved at once: the time of the key may run from it.  Another may ride
   along (usage/ledger): what it has to write goes into the same transactions.  They
   count as done when the kernel has them; from there they are synced as fast as the
   disk allows.

   On the loop it was given. */
#pragma once

#include "base/loop.h"
#include "store/records.h"
#include "team/counters.h"
#include "team/keyring.h"

struct use_flush;

struct use_flush_options {
    struct loop *loop;
    struct records *records;
    struct keyring *ring;
    struct unsaved *unsaved;
    uint64_t every_ms; /* 0: a second */
};

struct use_flush_rider {
    /* On the loop: what is to be written now; NULL: nothing.  More may be taken before
       the first is settled. */
    void *(*take)(void *arg);
    /* In a transaction, which may be tried again: from the beginning. */
    bool (*save)(struct sql *sql, void *taken, struct err *err);
    /* It is in the database, or (`saved` false) it is not and is the rider's again.
       True: there is more, which waits already.  On the loop; after use_flush_stop() on
       any thread. */
    bool (*settle)(void *taken, bool saved);
    void *arg;
};

/* All of it stays as long as this does. */
struct use_flush *use_flush_new(const struct use_flush_options *options);
/* One rider, before anything is to be written of it. */
void use_flush_join(struct use_flush *flush,
                    const struct use_flush_rider *rider);
/* There is something to be written in the next 30 to 50 ms.  Any thread. */
void use_flush_soon(struct use_flush *flush);
/* Hands over what is left, which records_stop() carries out; nothing is saved
   afterwards. */
void use_flush_stop(struct use_flush *flush);
/* After the records were stopped and the loop was freed. */
void use_flush_free(struct use_flush *flush);
