// SPDX-License-Identifier: MIT
/* What a request may cost, before it is sent: what requests of its key for its model
   came to lately, and one deviation more; without such a history that of all keys;
   else, or if the key is strict, the worst that can be.  The input goes by the bytes of
   the body, the output apart.  Pure. */
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

enum history_of {
    HISTORY_IN_TOKENS, /* for each byte of the body */
    HISTORY_IN_COST,   /* micro-dollars, likewise */
    HISTORY_OUT_TOKENS,
    HISTORY_OUT_COST,
    HISTORY_BYTE_TOKENS, /* of output, for each byte of the answer */
    HISTORY_BYTE_COST,   /* micro-dollars, likewise */
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
};

/* What a request came to. */
struct estimate_truth {
    uint64_t body_bytes;
    uint64_t answer_bytes;
    uint64_t tokens_in; /* cache reads excluded */
    uint64_t tokens_out;
    uint64_t cost_in_microusd;  /* of all input, cache reads included */
    uint64_t cost_out_microusd; /* all else */
};

/* `key` and `all` may be NULL: no history.  `worst` is what it returns at most, and
   without any history. */
struct estimate estimate_expect(const struct history *key,
                                const struct history *all, uint64_t body_bytes,
                                const struct estimate *worst);

/* What the output of an answer came to, by so many bytes of it that have come; nothing
   without history. */
struct estimate estimate_so_far(const struct history *history,
                                uint64_t answer_bytes);
/* What output mostly comes to, in micro-dollars; 0 without history. */
uint64_t estimate_mean_out(const struct history *history);

void estimate_learn(struct history *history,
                    const struct estimate_truth *truth);
