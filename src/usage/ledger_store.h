// SPDX-License-Identifier: MIT
/* Bookings as rows, and all that is summed up of them, in one transaction
   (store/schema/002_bookings.sql).  Used by one thread at a time. */
#pragma once

#include "usage/ledger_charges.h"
#include "usage/ledger_totals.h"

/* What is known from batch to batch. */
struct ledger_store;

/* `zone`: whose days are summed up; it stays. */
struct ledger_store *ledger_store_new(const struct zone *zone);
/* NULL is fine. */
void ledger_store_free(struct ledger_store *store);

/* In a transaction, LEDGER_BATCH_MAX at most; may be called again, when that was undone. */
bool ledger_store_write(struct ledger_store *store, struct sql *sql,
                        const struct booking *const *bookings, size_t count,
                        struct err *err) MUST_CHECK;
/* How many of them are rows now, and which of them are results that are new: those that
   were booked before are neither.  Until the next one is written. */
struct ledger_written {
    size_t rows;
    size_t result_count;
    const struct booking *results[LEDGER_BATCH_MAX];
};
const struct ledger_written *ledger_store_written(
    const struct ledger_store *store);
/* It was committed. */
void ledger_store_keep(struct ledger_store *store);
/* What it adds to limits; until the next one is written. */
const struct ledger_charges *ledger_store_charges(
    const struct ledger_store *store);
