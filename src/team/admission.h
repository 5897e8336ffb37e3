// SPDX-License-Identifier: MIT
/* The admission of one request: what it may use is reserved with its key and its
   group, with both or neither, corrected as its answer tells more, and settled with the
   truth, exactly once, on every way that a request can end.

       NONE -(reserve: ADMISSION_GRANTED)-> RESERVED -(settle)-> SETTLED
                                     |  ^
                                     '--' correct, extend

   Every verdict but ADMISSION_GRANTED leaves it at NONE, with nothing held.  Any
   thread, but one at a time. */
#pragma once

#include "team/counters.h"

struct queue_place;

enum admission_state {
    ADMISSION_NONE,
    ADMISSION_RESERVED,
    ADMISSION_SETTLED,
};

enum admission_side { ADMISSION_KEY, ADMISSION_GROUP, ADMISSION_SIDES };

struct admission {
    enum admission_state state;
    bool counted;
    unsigned char
        rated[ADMISSION_SIDES];       /* bits: rates that it was counted in */
    uint32_t second[ADMISSION_SIDES]; /* steady, in which it was */
    struct counters *of[ADMISSION_SIDES];
    uint64_t tokens_in; /* held */
    uint64_t tokens_out;
    uint64_t cost_microusd;
    bool whole; /* likewise, as of admission_hold */
};

/* What one request is counted as at the most: tokens, or micro-dollars. */
#define ADMISSION_MOST 1000000000000ull

/* All is borrowed; counters stay as long as the admission. */
struct admission_ask {
    struct {
        struct counters *counters; /* NULL: no group */
        const struct limits *limits;
        const struct zone *zone; /* NULL: UTC */
        uint64_t changed_ms;     /* of the snapshot they were taken from */
        const struct queue_place
            *place; /* where it waits (team/queue.h); or NULL */
    } of[ADMISSION_SIDES];
    bool
        counted; /* false: free of rates and of concurrency, and costs nothing */
    uint64_t tokens_in; /* what it may use */
    uint64_t tokens_out;
    uint64_t cost_microusd;
    bool whole; /* it may cost any more: see admission_hold */
};

enum admission_verdict {
    ADMISSION_GRANTED,
    ADMISSION_BEHIND, /* all fits, but another waits in front of it, and has been
                         called or has what it waits for: it must wait */
    ADMISSION_FULL,   /* all fits but the requests at once: it may wait */
    ADMISSION_REFUSED,
    ADMISSION_OUTDATED, /* its key or group was changed: take the present one, and
                           ask again */
};

/* `why` says more of the first three that are in the way: of limits that refuse, the
   one that opens last; of those that are full the key's. */
enum admission_verdict admission_reserve(struct admission *admission,
                                         const struct admission_ask *ask,
                                         struct counters_now now,
                                         struct limit_refusal *why);

/* What it would be told; nothing is reserved, and nobody sees that it was asked. */
enum admission_verdict admission_look(const struct admission_ask *ask,
                                      struct counters_now now,
                                      struct limit_refusal *why);

/* What a request under way holds. */
struct admission_hold {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cost_microusd;
    /* All that is left of each cost limit, of the key and of the group: nothing else
       that costs something is admitted meanwhile. */
    bool whole;
};

/* What is held from now on, more or less than before; limits are not asked. */
void admission_correct(struct admission *admission,
                       const struct admission_hold *hold);

/* What is asked for in tokens and money is held besides what is held already, on both
   sides, if their limits have room for it; it is no further request.  False, and nothing
   changes, if they have not, or if key or group were changed meanwhile. */
bool admission_extend(struct admission *admission,
                      const struct admission_ask *more,
                      struct counters_now now) MUST_CHECK;

struct admission_truth {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cost_microusd;
    bool sent; /* false: nothing went out, and the request was none */
};

/* Asserts that it was reserved and has not been settled. */
void admission_settle(struct admission *admission,
                      const struct admission_truth *truth,
                      struct counters_now now);
