// SPDX-License-Identifier: MIT
/* Keeps the board in step with DATA_DIR/prices.json.

       IDLE --changed--> ASKED --10 ms--> READING --> IDLE
                          ^ ^              |   |
                          | '---changed----'   '- not there -.
                          |    meanwhile                     v
                          '------------changed------------ MISSED --1 s--> READING

   A file that is not there is looked for once more before its prices go: editors move
   one away and write another.  It is read on the store's thread.  Main loop. */
#pragma once

#include "base/loop.h"
#include "store/audit.h"
#include "store/store.h"
#include "usage/price_file.h"

struct price_sync;

/* All borrowed. */
struct price_sync_options {
    struct loop *loop;
    struct store *store;
    struct price_board *board;
    const char *folder;
    struct audit_log *audit; /* of another table in force; or NULL */
    uint64_t missed_ms; /* until a file that is not there is gone; 0: 1 s */
};

struct price_sync *price_sync_new(const struct price_sync_options *options);
/* What is being read is not shown any more.  NULL is fine. */
void price_sync_free(struct price_sync *sync);

/* A file of the folder may have changed; any other than prices.json costs nothing.
   NULL: any may have. */
void price_sync_changed(struct price_sync *sync, const char *file);
