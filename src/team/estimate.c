// SPDX-License-Identifier: MIT
/* Means and deviations of what requests came to. */
#include "team/estimate.h"

#include <math.h>

/* The share of the latest in a long history. */
#define WEIGHT (1.0 / 16)

/* Can be added up. */
#define MOST (ESTIMATE_UNBOUNDED >> 2)

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

static bool is_always(const struct spread *spread, double value)
{
    return spread->mean == value && spread->variance == 0;
}

/* What is never 0, and may have been unknown so far. */
static void learn_some(struct spread *spread, double value, double weight)
{
    if (value > 0 && !is_always(spread, value))
        learn(spread, value, spread->mean > 0 ? weight : 1);
}

/* What keeps within its bound is at it: how far below tells nothing. */
static void learn_over(struct spread *spread, uint64_t truth, uint64_t worst,
                       double weight)
{
    if (worst == 0 || (truth <= worst && is_always(spread, 1)))
        return;
    learn_some(spread, truth > worst ? (double)truth / (double)worst : 1,
               weight);
}

static void learn_bounds(struct history *history,
                         const struct estimate_truth *truth, double weight)
{
    struct spread *of = history->of;
    const struct estimate *worst = &truth->worst;

    learn_some(&of[HISTORY_BODY_BYTES], (double)truth->body_bytes, weight);
    learn_some(&of[HISTORY_ASKED],
               fmax((double)truth->asked, (double)truth->tokens_out), weight);
    learn_over(&of[HISTORY_OVER_IN], truth->tokens_in, worst->tokens_in,
               weight);
    learn_over(&of[HISTORY_OVER_OUT], truth->tokens_out, worst->tokens_out,
               weight);
    learn_over(&of[HISTORY_OVER_COST],
               truth->cost_in_microusd + truth->cost_out_microusd,
               worst->cost_microusd, weight);
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
    learn_bounds(history, truth, weight);
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

/* Who asks for more than its like may get so much more. */
static double asked_more(const struct history *history, uint64_t asked)
{
    double usual = likely(history, HISTORY_ASKED);

    return usual > 0 && (double)asked > usual ? (double)asked / usual : 1;
}

static double mean_of(const struct history *history, enum history_of of)
{
    return history->of[of].mean;
}

static bool is_empty(const struct history *history)
{
    return !history || history->requests == 0;
}

static struct estimate expect(const struct history *history,
                              const struct estimate_ask *ask,
                              const struct estimate *worst,
                              double (*of)(const struct history *,
                                           enum history_of))
{
    double bytes = (double)ask->body_bytes;
    double more = asked_more(history, ask->asked);
    double cost_out = more * of(history, HISTORY_OUT_COST);

    return (struct estimate){
        .tokens_in =
            at_most(bytes * of(history, HISTORY_IN_TOKENS), worst->tokens_in),
        .tokens_out =
            at_most(more * of(history, HISTORY_OUT_TOKENS), worst->tokens_out),
        .cost_microusd =
            at_most(bytes * of(history, HISTORY_IN_COST) + cost_out,
                    worst->cost_microusd),
        .cost_out_microusd = at_most(cost_out, worst->cost_out_microusd),
    };
}

struct estimate estimate_expect(const struct history *history,
                                const struct estimate_ask *ask,
                                const struct estimate *worst)
{
    return is_empty(history) ? *worst : expect(history, ask, worst, likely);
}

struct estimate estimate_mean(const struct history *history,
                              uint64_t body_bytes, const struct estimate *worst)
{
    const struct estimate_ask ask = { .body_bytes = body_bytes };

    return is_empty(history) ? *worst : expect(history, &ask, worst, mean_of);
}

/* What is not known exceeded nothing. */
static uint64_t raised(const struct history *history, enum history_of over,
                       uint64_t worst)
{
    double by = likely(history, over);

    return by > 1 ? at_most((double)worst * by, ESTIMATE_UNBOUNDED) : worst;
}

struct estimate estimate_worst(const struct history *history,
                               const struct estimate *worst)
{
    uint64_t cost;
    uint64_t cost_out;

    if (is_empty(history))
        return *worst;
    cost = raised(history, HISTORY_OVER_COST, worst->cost_microusd);
    cost_out = raised(history, HISTORY_OVER_OUT, worst->cost_out_microusd);
    return (struct estimate){
        .tokens_in = raised(history, HISTORY_OVER_IN, worst->tokens_in),
        .tokens_out = raised(history, HISTORY_OVER_OUT, worst->tokens_out),
        .cost_microusd = cost,
        .cost_out_microusd = cost_out < cost ? cost_out : cost,
    };
}

struct estimate estimate_usual(const struct history *history)
{
    const struct estimate most = { MOST, MOST, MOST, MOST };
    double bytes;

    if (is_empty(history))
        return most;
    bytes = likely(history, HISTORY_BODY_BYTES);
    if (bytes <= 0)
        return most;
    return estimate_expect(history,
                           &(struct estimate_ask){ .body_bytes =
                                                       at_most(bytes, MOST) },
                           &most);
}

/* ---- while the answer comes ---------------------------------------------- */

struct estimate estimate_so_far(const struct history *history,
                                uint64_t answer_bytes)
{
    double bytes = (double)answer_bytes;

    if (is_empty(history))
        return (struct estimate){ .tokens_in = 0 };
    return (struct estimate){
        .tokens_out =
            at_most(bytes * history->of[HISTORY_BYTE_TOKENS].mean, MOST),
        .cost_out_microusd =
            at_most(bytes * history->of[HISTORY_BYTE_COST].mean, MOST),
    };
}

struct estimate estimate_mean_out(const struct history *history)
{
    if (is_empty(history))
        return (struct estimate){ .tokens_in = 0 };
    return (struct estimate){
        .tokens_out = at_most(history->of[HISTORY_OUT_TOKENS].mean, MOST),
        .cost_out_microusd = at_most(history->of[HISTORY_OUT_COST].mean, MOST),
    };
}
