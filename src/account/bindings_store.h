// SPDX-License-Identifier: MIT
/* Bindings in the database, a table for each kind (store/schema/007_accounts.sql): as many
   rows as there are in memory.  In jobs of the records. */
#pragma once

#include "account/accounts.h"
#include "store/sql.h"

#define BINDINGS_STORE_TABLES 3

/* Those of a table. */
struct bindings *bindings_store_of(struct accounts *accounts, size_t table);

/* As many of them as one save takes: of those that anybody may bring in heaps few, so that
   the others do not wait for these. */
void bindings_store_take(struct accounts *accounts, size_t table,
                         struct bindings_part *part);

/* What was taken of them: saved, or forgotten.  A few of those that are over by now go,
   too. */
bool bindings_store_save(struct sql *sql, size_t table,
                         const struct bindings_part *part, uint64_t now_ms,
                         struct err *err) MUST_CHECK;

/* Those of an account (bindings_account()), whoever saved them. */
bool bindings_store_forget(struct sql *sql, uint64_t account,
                           struct err *err) MUST_CHECK;

/* The accounts to which they may belong. */
struct bindings_its {
    uint64_t *at;
    size_t count;
};
/* Those of all others are forgotten. */
bool bindings_store_tidy(struct sql *sql, const struct bindings_its *its,
                         struct err *err) MUST_CHECK;

/* All that are not over; if there is no room for all, the newest. */
bool bindings_store_load(struct sql *sql, struct accounts *accounts,
                         uint64_t now_ms, struct err *err) MUST_CHECK;
