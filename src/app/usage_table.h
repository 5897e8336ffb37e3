// SPDX-License-Identifier: MIT
/* Sums of usage for people: a table, with bars where it is looked at.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

struct usage_table {
    const char *by; /* as the API has it */
    size_t width;   /* of the terminal; 0: it is none, and there are no bars */
    bool coloured;
    size_t rows_max; /* further ones are only mentioned: */
    bool last;       /* those in front; else those that follow */
};

/* `answer` is that of GET /admin/api/usage. */
void usage_table_add(struct buf *out, const struct usage_table *table,
                     const struct json_doc *answer);
/* What is to be said below it, for invocation_print(); or nothing. */
void usage_table_add_notes(struct buf *out, const struct usage_table *table,
                           const struct json_doc *answer);

/* "1,234,567". */
void usage_table_add_number(struct buf *out, uint64_t number);
/* "$1,234.50": with two to six decimals; with four or six if there would be only zeros. */
void usage_table_add_dollars(struct buf *out, uint64_t microusd,
                             unsigned decimals);
