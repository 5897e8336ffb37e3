// SPDX-License-Identifier: MIT
/* Each count is right by itself; nobody needs them to be of one moment. */
#include "usage/tally.h"

#include <assert.h>

static void grow(atomic_uint_fast64_t *count, uint64_t by)
{
    if (by > 0)
        atomic_fetch_add_explicit(count, by, memory_order_relaxed);
}

const char *tally_class_word(size_t hundreds)
{
    static const char *const words[TALLY_CLASSES] = { "none", "1xx", "2xx",
                                                      "3xx",  "4xx", "5xx" };

    assert(hundreds < TALLY_CLASSES);
    return words[hundreds];
}

static void add_request(struct tally *tally, const struct record *record)
{
    size_t hundreds = record->status / 100;

    if (hundreds >= TALLY_CLASSES)
        hundreds = TALLY_CLASSES - 1;
    grow(&tally->requests[record->end][hundreds], 1);
    for (size_t i = 0; i < record->attempt_count; i++) {
        grow(&tally->attempts[record->attempts[i].result], 1);
        grow(&tally->overloaded,
             record->attempts[i].status == RECORD_OVERLOADED);
    }
}

static void add_usage(struct tally *tally,
                      const uint64_t counts[BOOKING_COUNTS])
{
    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        grow(&tally->counts[i], counts[i]);
}

static void add_cost(struct tally *tally, bool unpriced, uint64_t microusd)
{
    grow(&tally->cost_microusd, microusd);
    grow(&tally->unpriced, unpriced);
}

static bool is_some(const uint64_t counts[BOOKING_COUNTS])
{
    uint64_t sum = 0;

    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        sum |= counts[i];
    return sum > 0;
}

void tally_add(struct tally *tally, const struct record *record)
{
    uint64_t counts[BOOKING_COUNTS];

    if (record->batch_result)
        return;
    add_request(tally, record);
    if (!record->usage)
        return;
    booking_counts(counts, record->usage->counts);
    add_usage(tally, counts);
    add_cost(tally, !record->cost_known && is_some(counts),
             record->cost_known ? record->cost_microusd : 0);
}

void tally_add_result(struct tally *tally, const struct booking *booking)
{
    grow(&tally->results, 1);
    add_usage(tally, booking->counts);
    add_cost(tally, booking_is_unpriced(booking),
             booking->flags & BOOKING_COST_KNOWN ? booking->cost_microusd : 0);
}
