// SPDX-License-Identifier: MIT
/* Accounts for people: a table, and below it what is to be said of single ones.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

struct account_table {
    size_t width; /* of the terminal; 0: it is none, and nothing is left out */
    uint64_t now_ms; /* wall clock */
};

/* `list`: documents of accounts of GET /admin/api/accounts. */
void account_table_add(struct buf *out, const struct account_table *table,
                       const struct json_doc *list);
/* For invocation_print(): why one rests, what is wrong with one; or nothing. */
void account_table_add_notes(struct buf *out, const struct account_table *table,
                             const struct json_doc *list);
