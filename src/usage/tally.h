// SPDX-License-Identifier: MIT
/* What records of requests come to since the start: counts that only grow, for metrics.
   Any thread, without a lock. */
#pragma once

#include <stdatomic.h>

#include "usage/booking.h"

/* A status counts by its hundreds; 0: there was none. */
#define TALLY_CLASSES 6

/* Zeroed memory is an empty one. */
struct tally {
    atomic_uint_fast64_t requests[RECORD_ENDS][TALLY_CLASSES];
    atomic_uint_fast64_t attempts[RECORD_RESULTS];
    atomic_uint_fast64_t overloaded; /* attempts that were told so */
    atomic_uint_fast64_t counts[BOOKING_COUNTS];
    atomic_uint_fast64_t cost_microusd;
    atomic_uint_fast64_t unpriced; /* used something that has no price */
    atomic_uint_fast64_t results;  /* of batches: they are no requests */
    atomic_uint_fast64_t booked;   /* rows that were written, of both */
};

/* Of a request, whether it is booked or not.  Results of batches count once they are
   booked, for they may be fetched as often as one likes. */
void tally_add(struct tally *tally, const struct record *record);
void tally_add_result(struct tally *tally, const struct booking *booking);

/* "2xx"; "none" of 0. */
const char *tally_class_word(size_t hundreds);
