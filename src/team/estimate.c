// SPDX-License-Identifier: MIT
/* Means and deviations of what requests came to. */
#include "team/estimate.h"

#include <math.h>

/* The share of the latest in a long history. */
#define WEIGHT (1.0 / 16)

/* ---- learning ----------------------------------------------------------- */

static void learn(struct spread *spread, double value, double weight)
{
    double off = value - spread->mean;

    spread->mean += weight * off;
    spread->variance = (1 - weight) * (spread->variance + weight * off * off);
}

/* What has no bytes tells nothing of a byte. */
static void learn_per(struct spread *spread, uint64_t amount, uint64_t bytes,
                      double weight)
{
    if (bytes > 0)
        learn(spread, (double)amount / (double)bytes, weight);
}

void estimate_learn(struct history *history, const struct estimate_truth *truth)
{
    struct spread *of = history->of;
    uint64_t body = truth->body_bytes;
    uint64_t answer = truth->answer_bytes;
    uint64_t out = truth->tokens_out;
    uint64_t cost_out = truth->cost_out_microusd;
    double weight = fmax(WEIGHT, 1.0 / (double)++history->requests);

    learn_per(&of[HISTORY_IN_TOKENS], truth->tokens_in, body, weight);
    learn_per(&of[HISTORY_IN_COST], truth->cost_in_microusd, body, weight);
    learn_per(&of[HISTORY_OUT_TOKENS], out, 1, weight);
    learn_per(&of[HISTORY_OUT_COST], cost_out, 1, weight);
    learn_per(&of[HISTORY_BYTE_TOKENS], out, answer, weight);
    learn_per(&of[HISTORY_BYTE_COST], cost_out, answer, weight);
}

/* ---- expecting ---------------------------------------------------------- */

static double likely(const struct history *history, enum history_of of)
{
    const struct spread *spread = &history->of[of];

    return spread->mean + sqrt(spread->variance);
}

/* Rounded to the nearest: what is alike must not add up to more than it comes to. */
static uint64_t at_most(double value, uint64_t most)
{
    return value < (double)most ? (uint64_t)(value + 0.5) : most;
}

struct estimate estimate_expect(const struct history *key,
                                const struct history *all, uint64_t body_bytes,
                                const struct estimate *worst)
{
    const struct history *history = key ? key : all;
    double bytes = (double)body_bytes;

    if (!history || history->requests == 0)
        return *worst;
    return (struct estimate){
        .tokens_in = at_most(bytes * likely(history, HISTORY_IN_TOKENS),
                             worst->tokens_in),
        .tokens_out =
            at_most(likely(history, HISTORY_OUT_TOKENS), worst->tokens_out),
        .cost_microusd = at_most(bytes * likely(history, HISTORY_IN_COST) +
                                     likely(history, HISTORY_OUT_COST),
                                 worst->cost_microusd),
    };
}

struct estimate estimate_so_far(const struct history *history,
                                uint64_t answer_bytes)
{
    double bytes = (double)answer_bytes;

    if (!history || history->requests == 0)
        return (struct estimate){ .tokens_in = 0 };
    return (struct estimate){
        .tokens_out = at_most(bytes * history->of[HISTORY_BYTE_TOKENS].mean,
                              UINT64_MAX >> 1),
        .cost_microusd = at_most(bytes * history->of[HISTORY_BYTE_COST].mean,
                                 UINT64_MAX >> 1),
    };
}

uint64_t estimate_mean_out(const struct history *history)
{
    if (!history || history->requests == 0)
        return 0;
    return at_most(history->of[HISTORY_OUT_COST].mean, UINT64_MAX >> 1);
}
