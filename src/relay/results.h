// SPDX-License-Identifier: MIT
/* The results of a batch, booked while they pass: a copy of the answer is read, and each
   result becomes a record of its own.  The ledger books it once, however often it is
   fetched (usage/ledger.h), and its key's limits are charged then.

   They are booked no faster than the ledger takes them:

       fed -(it is crowded)-> held -(room)-> booked
          '------------------------------------^

   While something is held the upstream is not read on, as for a client that reads
   slowly; so what is held is never more than one read brings. */
#pragma once

#include "base/loop.h"
#include "base/unpack.h"
#include "http/parser.h"
#include "usage/price.h"
#include "usage/record.h"

struct results;

/* All of it stays as long as the results do. */
struct results_options {
    const struct record
        *fetch;       /* whose key and account results have; copied, but
                                   not its texts */
    struct str place; /* gateway_place() of that account */
    struct str batch; /* its id, as it is in the path */
    const struct prices *prices;
    struct unpack_room *room;
    void (*book)(void *arg, const struct record *record);
    bool (*crowded)(void *arg); /* some wait already that were booked before */
    void *arg;
};

/* NULL if the answer has none: it is no 200, nor a 206.  Lines at the edges of a range
   cannot be read. */
struct results *results_start(const struct results_options *options,
                              const struct parser_head *head);
/* The next bytes of the body, without framing, as they came. */
void results_feed(struct results *results, struct str bytes);
/* Feed no more for now: some are held, or would be.  `wake` comes on the loop when it is
   time to ask again; the same each time.  NULL is fine: false. */
bool results_wait(struct results *results, struct loop *loop,
                  void (*wake)(void *arg), void *arg);
/* No more come, whole or cut off; NULL is fine. */
void results_end(struct results *results);
/* After the end: why some of what was used could not be read; empty if all was.  Lives
   as long as the results; NULL is fine. */
struct str results_unread(const struct results *results);
/* How many were told; NULL is fine. */
uint64_t results_count(const struct results *results);
/* NULL is fine. */
void results_free(struct results *results);
