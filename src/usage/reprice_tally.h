// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, by model.  Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Longer names are cut off; what further models used is summed up as that of "?". */
#define REPRICE_NAME_MAX 128
#define REPRICE_MODELS_MAX 1000

struct reprice_sum {
    char model[REPRICE_NAME_MAX + 1]; /* empty: not known */
    uint64_t requests;                /* that used something */
    uint64_t changed;
    uint64_t unpriced; /* have no price, before and now */
    uint64_t before_microusd;
    uint64_t after_microusd;
};

/* Zeroed memory is an empty one. */
struct reprice_tally {
    struct reprice_sum *at; /* in the order in which they came */
    size_t count;
};

/* One booking, as it was and as it is: costs of those without a price are 0. */
struct reprice_change {
    struct str model;
    bool was_known;
    bool is_known;
    uint64_t before_microusd;
    uint64_t after_microusd;
};

static inline bool reprice_is_changed(const struct reprice_change *change)
{
    return change->was_known != change->is_known ||
           change->before_microusd != change->after_microusd;
}

void reprice_tally_add(struct reprice_tally *tally,
                       const struct reprice_change *change);
/* Add another one to it. */
void reprice_tally_merge(struct reprice_tally *tally,
                         const struct reprice_tally *other);
void reprice_tally_done(struct reprice_tally *tally);
