// SPDX-License-Identifier: MIT
/* Sums of bookings by four numbers, added up in memory: what a batch adds to the rows of
   one table of totals.  Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "usage/booking.h"

enum ledger_sum_of {
    LEDGER_REQUESTS,
    LEDGER_FAILED,
    LEDGER_UNPRICED,
    LEDGER_COUNTS, /* as enum booking_count */
    LEDGER_COST = LEDGER_COUNTS + BOOKING_COUNTS,
    LEDGER_SUMS,
};

#define LEDGER_SUM_KEYS 4
struct ledger_sum {
    int64_t key[LEDGER_SUM_KEYS];
    int64_t of[LEDGER_SUMS];
};

struct ledger_sums {
    struct ledger_sum *at;
    size_t count;
    size_t cap;
    uint32_t *slots; /* one more than an index of `at`; 0: none */
};

/* Zeroed memory is an empty one. */
void ledger_sums_done(struct ledger_sums *sums);
/* Empty, with its memory kept. */
void ledger_sums_clear(struct ledger_sums *sums);
void ledger_sums_add(struct ledger_sums *sums, const struct ledger_sum *sum);
/* By their keys: neighbours lie on one page of a table.  Nothing is added
   afterwards. */
void ledger_sums_sort(struct ledger_sums *sums);
