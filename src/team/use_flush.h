// SPDX-License-Identifier: MIT
/* Writing behind: what was counted, and when keys were used, goes to the database some
   moments after it happened.  Requests never wait for it; while the database cannot be
   written, everything stays in memory and is written once it works again.

       IDLE -(a second, or a key's first use)-> SAVING -> IDLE, or SAVING again
                                             while there is more

   A first use is saved at once: the time of the key may run from it.

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

/* All of it stays as long as this does. */
struct use_flush *use_flush_new(const struct use_flush_options *options);
/* Hands over what is left, which records_stop() carries out; nothing is saved
   afterwards. */
void use_flush_stop(struct use_flush *flush);
/* After the records were stopped and the loop was freed. */
void use_flush_free(struct use_flush *flush);
