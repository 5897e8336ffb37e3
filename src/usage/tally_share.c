// SPDX-License-Identifier: MIT
/* Counts with one writer: a load and a store, no locked instruction. */
#include "usage/tally_share.h"

const uint64_t tally_bounds_us[TALLY_TIMES][TALLY_BOUNDS] = {
    [TALLY_FIRST_BYTE] = { 100000, 250000, 500000, 1000000, 1500000, 2000000,
                           3000000, 5000000, 10000000, 20000000, 30000000,
                           60000000, 120000000, 300000000 },
    [TALLY_DURATION] = { 250000, 500000, 1000000, 2000000, 5000000, 10000000,
                         20000000, 30000000, 60000000, 120000000, 300000000,
                         600000000, 1200000000, 3600000000 },
    [TALLY_ADDED] = { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 50000, 250000,
                      1000000, 5000000, 30000000, 120000000 },
};

static void grow(atomic_uint_fast64_t *count, uint64_t by)
{
    atomic_store_explicit(count,
                          atomic_load_explicit(count, memory_order_relaxed) +
                              by,
                          memory_order_relaxed);
}

static void note(struct tally_share *share, enum tally_time time, bool streamed,
                 uint64_t us)
{
    struct tally_histogram *histogram = &share->times[time][streamed];
    size_t at = 0;

    while (at < TALLY_BOUNDS && us > tally_bounds_us[time][at])
        at++;
    grow(&histogram->buckets[at], 1);
    grow(&histogram->sum_us, us);
}

void tally_share_add(struct tally_share *share, const struct record *record)
{
    if (record->batch_result || !record_is_delivered(record))
        return;
    note(share, TALLY_FIRST_BYTE, record->streamed, record->first_byte_us);
    note(share, TALLY_DURATION, record->streamed, record->duration_us);
    note(share, TALLY_ADDED, record->streamed, record->added_us);
}

void tally_share_refuse(struct tally_share *share, enum limit limit,
                        bool of_group)
{
    grow(&share->refused[limit][of_group ? TALLY_OF_GROUP : TALLY_OF_KEY], 1);
}

void tally_share_begin_stream(struct tally_share *share)
{
    grow(&share->streams, 1);
}

void tally_share_end_stream(struct tally_share *share)
{
    grow(&share->streams, (uint64_t)0 - 1);
}

/* ---- sums ---------------------------------------------------------------- */

static void add(atomic_uint_fast64_t *sum, const atomic_uint_fast64_t *count)
{
    grow(sum, atomic_load_explicit(count, memory_order_relaxed));
}

static void add_histogram(struct tally_histogram *sum,
                          const struct tally_histogram *histogram)
{
    for (size_t i = 0; i <= TALLY_BOUNDS; i++)
        add(&sum->buckets[i], &histogram->buckets[i]);
    add(&sum->sum_us, &histogram->sum_us);
}

void tally_share_sum(struct tally_share *sum, const struct tally_share *share)
{
    for (size_t i = 0; i < TALLY_TIMES; i++) {
        add_histogram(&sum->times[i][0], &share->times[i][0]);
        add_histogram(&sum->times[i][1], &share->times[i][1]);
    }
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        for (size_t side = 0; side < TALLY_SIDES; side++)
            add(&sum->refused[i][side], &share->refused[i][side]);
    }
    add(&sum->streams, &share->streams);
}
