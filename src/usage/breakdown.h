// SPDX-License-Identifier: MIT
/* What requests came to since the start by key, by model and by account: for metrics.
   Each that was used has a row, the first BREAKDOWN_MAX of a kind; what comes beyond
   them is that of others, and so is what belonged to one that is gone.  Whoever names
   things that do not exist makes no row.  Any thread; one lock, held for some
   additions. */
#pragma once

#include "usage/booking.h"

enum breakdown_by {
    BREAKDOWN_KEY,
    BREAKDOWN_MODEL, /* rows of the table of prices */
    BREAKDOWN_ACCOUNT,
    BREAKDOWN_BYS,
};

/* Rows of a kind, beside the two that there always are. */
#define BREAKDOWN_MAX 1000
#define BREAKDOWN_NAME_MAX 128

struct breakdown_sums {
    uint64_t requests;
    uint64_t failed;
    uint64_t counts[BOOKING_COUNTS];
    uint64_t cost_microusd;
    uint64_t attempts[RECORD_RESULTS]; /* of an account */
    uint64_t answers;                  /* that were delivered, and */
    uint64_t first_byte_us;            /* how long theirs took, added up */
};

struct breakdown_row {
    uint64_t id; /* of a key; else 0 */
    char name[BREAKDOWN_NAME_MAX + 1];
    struct breakdown_sums sums;
};

struct breakdown;

struct breakdown *breakdown_new(void);
/* NULL is fine. */
void breakdown_free(struct breakdown *breakdown);

void breakdown_add(struct breakdown *breakdown, const struct record *record);
/* A batch's result that was booked: no request, but tokens and money.  `priced` as in a
   record. */
void breakdown_add_result(struct breakdown *breakdown,
                          const struct booking *booking, struct str priced);

/* Rows of one kind as they are now, in the order in which they came. */
struct breakdown_copy {
    struct breakdown_row *rows; /* freed with breakdown_copy_done() */
    size_t count;
    struct breakdown_sums none;   /* without key, model or account */
    struct breakdown_sums others; /* of all that have no row */
};
/* Those that `is_there` does not know any more become part of the others first: it is
   called without a lock, may change the row's name, and NULL knows all. */
void breakdown_copy(struct breakdown *breakdown, enum breakdown_by by,
                    bool (*is_there)(void *arg, struct breakdown_row *row),
                    void *arg, struct breakdown_copy *copy);
void breakdown_copy_done(struct breakdown_copy *copy);
