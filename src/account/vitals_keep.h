// SPDX-License-Identifier: MIT
/* What is known of accounts, kept over a restart: how each is, its windows, which
   sessions it serves, and which batches and files it made
   (store/schema/007_accounts.sql).

       IDLE -(a second)-> something changed? -> SAVING -> IDLE
                              nothing: IDLE

   The second is some milliseconds if there is more than one save takes, or if somebody
   asked for it (accounts_hurry()).  What cannot be saved is put back, and saved later; an end waits 5 s for it at most, and
   misses nothing.  On the loop it was given. */
#pragma once

#include "account/accounts.h"
#include "base/loop.h"
#include "store/records.h"

struct vitals_keep;

/* All of it stays as long as this does. */
struct vitals_keep_options {
    struct loop *loop;
    struct records *records;
    struct accounts *accounts;
    const char *relay; /* which of those of the folder this is; copied */
    bool watches;      /* what the operator says at others is heard */
    uint64_t every_ms; /* 0: a second */
};

struct vitals_keep *vitals_keep_new(const struct vitals_keep_options *options);
/* Hands over what is left, which records_stop() carries out.  NULL is fine. */
void vitals_keep_stop(struct vitals_keep *keep);
/* After the records were stopped and the loop was freed.  NULL is fine. */
void vitals_keep_free(struct vitals_keep *keep);
