// SPDX-License-Identifier: MIT
/* One row of the table of bookings, priced again.  Pure. */
#pragma once

#include "store/sql.h"
#include "usage/price.h"
#include "usage/reprice_tally.h"

/* The columns that it needs, in its order, of `booking b` with the words of its model
   (m) and tier (t). */
#define REPRICE_COLUMNS                                                        \
    "b.id, b.ended_ms, b.duration_ms, b.holder, b.account, b.model,"           \
    " b.session, b.batch, b.cost_microusd, b.tokens_in, b.tokens_out,"         \
    " b.cache_read, b.cache_write_5m, b.cache_write_1h, b.searches, m.text,"   \
    " t.text, b.parts"

struct reprice_row {
    int64_t id;
    uint64_t ended_ms;
    int64_t holder;
    int64_t account;
    int64_t model;                /* 0: not known */
    int64_t session;              /* 0: none */
    bool used;                    /* something: else it costs nothing */
    struct reprice_change change; /* its text is the row's */
};

void reprice_row_take(struct reprice_row *out, const struct sql_row *row,
                      const struct prices *prices);
