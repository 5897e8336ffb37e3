// SPDX-License-Identifier: MIT
/* What one worker counts beside the tally: how long its requests took, what limits
   refused, how many streams it has in hand.  Its own thread alone writes, without a lock
   and without waiting for another's cache line; any thread reads. */
#pragma once

#include <stdatomic.h>

#include "team/limits.h"
#include "usage/record.h"

enum tally_time {
    TALLY_FIRST_BYTE, /* from the request's head to the first byte of its answer */
    TALLY_DURATION, /* to its end */
    TALLY_ADDED, /* from the whole request to the attempt that was delivered */
    TALLY_TIMES,
};

#define TALLY_BOUNDS 14
/* Upper bounds in microseconds, inclusive, ascending; what is above them has the last
   bucket. */
extern const uint64_t tally_bounds_us[TALLY_TIMES][TALLY_BOUNDS];

struct tally_histogram {
    atomic_uint_fast64_t buckets[TALLY_BOUNDS + 1]; /* each for itself */
    atomic_uint_fast64_t sum_us;
};

/* Whose limit it is. */
enum tally_side { TALLY_OF_KEY, TALLY_OF_GROUP, TALLY_SIDES };

/* Zeroed memory is an empty one. */
struct tally_share {
    struct tally_histogram times[TALLY_TIMES][2]; /* [1]: of streams */
    atomic_uint_fast64_t refused[LIMIT_COUNT][TALLY_SIDES];
    atomic_uint_fast64_t streams; /* now */
};

/* Of a request whose answer the client got from upstream; others change nothing. */
void tally_share_add(struct tally_share *share, const struct record *record);
/* A limit refused one. */
void tally_share_refuse(struct tally_share *share, enum limit limit,
                        bool of_group);
/* A stream begins, and ends. */
void tally_share_begin_stream(struct tally_share *share);
void tally_share_end_stream(struct tally_share *share);

/* `sum`, which is the caller's alone, has what `share` has besides. */
void tally_share_sum(struct tally_share *sum, const struct tally_share *share);
