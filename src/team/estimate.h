// SPDX-License-Identifier: MIT
/* What a request may cost, before it is sent: what requests of its key for its model
   came to lately, and one deviation more; without such a history that of all keys;
   else, or if the key is strict, the worst that can be.  The input goes by the bytes of
   the body, the output apart: by how much of it is asked for, if that is more than its
   like asked for.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Longer names of models have no history. */
#define HISTORY_MODEL_MAX 127

/* Exponentially weighted (1/16; the plain mean of the first 16). */
struct spread {
    double mean;
    double variance;
};

/* As they are saved: new ones come last, and are 0 (unknown) in what was saved before
   they were there. */
enum history_of {
    HISTORY_IN_TOKENS, /* for each byte of the body */
    HISTORY_IN_COST,   /* micro-dollars, likewise */
    HISTORY_OUT_TOKENS,
    HISTORY_OUT_COST,
    HISTORY_BYTE_TOKENS, /* of output, for each byte of the answer */
    HISTORY_BYTE_COST,   /* micro-dollars, likewise */
    HISTORY_FIRST,       /* so many there were at first */
    HISTORY_BODY_BYTES = HISTORY_FIRST,
    HISTORY_ASKED, /* tokens of output that were asked for at the most, or that came
                      if those were more */
    /* By how much it exceeded what was thought to be the worst; at least 1. */
    HISTORY_OVER_IN,
    HISTORY_OVER_OUT,
    HISTORY_OVER_COST,
    HISTORY_SPREADS,
};

struct history {
    char model[HISTORY_MODEL_MAX + 1];
    uint64_t requests;
    struct spread of[HISTORY_SPREADS];
};

struct estimate {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cost_microusd;
    uint64_t cost_out_microusd; /* of that: what is not input */
};

/* Far more than any limit. */
#define ESTIMATE_UNBOUNDED UINT64_MAX

/* What a request came to. */
struct estimate_truth {
    uint64_t body_bytes;
    uint64_t answer_bytes;
    uint64_t tokens_in; /* cache reads excluded */
    uint64_t tokens_out;
    uint64_t cost_in_microusd;  /* of all input, cache reads included */
    uint64_t cost_out_microusd; /* all else */
    uint64_t asked;             /* tokens of output at the most; 0: unknown */
    struct estimate worst; /* what it could come to; 0: nothing bounded it */
};

/* What a request is known by. */
struct estimate_ask {
    uint64_t body_bytes;
    uint64_t asked; /* tokens of output at the most; 0: unknown */
};

/* At most `worst`; that, if there is no history (NULL, or an empty one). */
struct estimate estimate_expect(const struct history *history,
                                const struct estimate_ask *ask,
                                const struct estimate *worst);
/* The same, without the deviation, and however much is asked for: half of its like need
   less. */
struct estimate estimate_mean(const struct history *history,
                              uint64_t body_bytes,
                              const struct estimate *worst);
/* `worst`, raised by as much as its like exceeded theirs. */
struct estimate estimate_worst(const struct history *history,
                               const struct estimate *worst);
/* What requests of the usual size came to; unbounded if that is not known. */
struct estimate estimate_usual(const struct history *history);

/* What the output of an answer came to, by so many bytes of it that have come; nothing
   without history. */
struct estimate estimate_so_far(const struct history *history,
                                uint64_t answer_bytes);
/* What output mostly comes to; nothing without history. */
struct estimate estimate_mean_out(const struct history *history);

void estimate_learn(struct history *history,
                    const struct estimate_truth *truth);
