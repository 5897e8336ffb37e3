// SPDX-License-Identifier: MIT
/* What a request is thought to come to, before it is sent. */
#include "base/clock.h"
#include "relay/boundless.h"
#include "relay/ration_internal.h"

/* Far more than any limit. */
#define UNBOUNDED UINT64_MAX

/* False if nothing bounds it. */
static bool find_most(const struct ration *ration,
                      const struct scan_facts *facts, struct estimate *worst)
{
    struct price_most most;

    if (!facts ||
        !price_worst(ration->price, facts, ration->options.body_bytes, &most))
        return false;
    *worst = (struct estimate){ most.tokens_in, most.tokens_out,
                                most.cost_microusd };
    return true;
}

/* Without tools that nothing bounds: good enough where it is no promise. */
static bool find_usual_most(const struct ration *ration, struct estimate *worst)
{
    struct scan_facts facts;

    if (!ration->options.facts)
        return false;
    facts = *ration->options.facts;
    facts.tools_unbounded = false;
    facts.has_servers = false;
    return find_most(ration, &facts, worst);
}

static bool find_history(struct ration *ration)
{
    struct str model = str_of(ration->model);
    const struct ration_options *options = &ration->options;

    ration->is_own_history =
        model.len > 0 &&
        counters_history(options->owner.of[ADMISSION_KEY].counters, model,
                         &ration->history);
    return ration->is_own_history ||
           (model.len > 0 && options->all &&
            counters_history(options->all, model, &ration->history));
}

/* Whatever a body may cost at the most: what its like came to is what counts. */
static struct estimate expected(const struct ration *ration,
                                uint64_t body_bytes)
{
    const struct estimate none = { UNBOUNDED >> 1, UNBOUNDED >> 1,
                                   UNBOUNDED >> 1 };

    return estimate_expect(&ration->history, NULL, body_bytes, &none);
}

static void estimate_by_history(struct ration *ration)
{
    ration->corrects = true;
    ration->estimate = expected(ration, ration->options.body_bytes);
    ration->cost_out = expected(ration, 0).cost_microusd;
}

/* Results of tools are read as input once more, so that their share is not known when
   the answer begins. */
static void estimate_by_most(struct ration *ration, const struct estimate *most)
{
    const struct scan_facts *facts = ration->options.facts;

    ration->estimate = *most;
    ration->corrects =
        facts->tool_uses == 0 && !facts->tools_unbounded && !facts->has_servers;
    ration->cost_out =
        price_tokens_microusd(ration->price, PRICE_OUTPUT, most->tokens_out);
}

/* What other keys' requests came to does not make a small one dear. */
static void lower_to_most(struct ration *ration, const struct estimate *most)
{
    struct estimate *estimate = &ration->estimate;
    uint64_t out =
        price_tokens_microusd(ration->price, PRICE_OUTPUT, most->tokens_out);

    estimate->tokens_in = ration_smaller(estimate->tokens_in, most->tokens_in);
    estimate->tokens_out =
        ration_smaller(estimate->tokens_out, most->tokens_out);
    estimate->cost_microusd =
        ration_smaller(estimate->cost_microusd, most->cost_microusd);
    ration->cost_out = ration_smaller(ration->cost_out, out);
}

/* The estimate, as far as it can be: nobody is charged for a number in its body that
   Anthropic would not accept. */
static struct estimate find_unread(const struct ration *ration)
{
    struct scan_facts facts = { .model_is = SCAN_ABSENT };
    struct estimate most = { 0 };
    struct estimate estimate = ration->estimate;

    if (ration->options.facts)
        facts = *ration->options.facts;
    facts.max_tokens_is = SCAN_ABSENT;
    facts.tools_unbounded = false;
    facts.has_servers = false;
    (void)find_most(ration, &facts, &most);
    return (struct estimate){
        ration_smaller(estimate.tokens_in, most.tokens_in),
        ration_smaller(estimate.tokens_out, most.tokens_out),
        ration_smaller(estimate.cost_microusd, most.cost_microusd),
    };
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Should its like have come to more than what was thought to be the worst, then that
   was not. */
static void raise_to_history(struct ration *ration)
{
    struct estimate like = expected(ration, ration->options.body_bytes);
    struct estimate *estimate = &ration->estimate;

    estimate->tokens_in = larger(estimate->tokens_in, like.tokens_in);
    estimate->tokens_out = larger(estimate->tokens_out, like.tokens_out);
    estimate->cost_microusd =
        larger(estimate->cost_microusd, like.cost_microusd);
    ration->cost_out =
        larger(ration->cost_out, expected(ration, 0).cost_microusd);
}

static void choose(struct ration *ration)
{
    struct estimate most;
    bool strict = ration->options.owner.strict;
    bool bounded = find_most(ration, ration->options.facts, &most);

    if (!bounded)
        ration->boundless =
            boundless_text(ration->options.packed, ration->options.facts);
    ration->has_history = find_history(ration);
    if (ration->has_history && !strict)
        estimate_by_history(ration);
    else if (bounded || (!strict && find_usual_most(ration, &most)))
        estimate_by_most(ration, &most);
    else
        ration->estimate = (struct estimate){ UNBOUNDED, UNBOUNDED, UNBOUNDED };
    if (ration->has_history && !ration->is_own_history && !strict && bounded)
        lower_to_most(ration, &most);
    ration->unread =
        ration->has_history && !strict ? ration->estimate : find_unread(ration);
    if (ration->is_own_history && strict)
        raise_to_history(ration);
}

/* A request that may alone need more than a minute allows is let through when the
   minute is empty, unless the worst has to be held: else it never would be, and
   nothing would be learned. */
static uint64_t fit(const struct ration *ration, enum limit limit,
                    uint64_t tokens)
{
    const struct ration_owner *owner = &ration->options.owner;

    for (size_t i = 0; i < ADMISSION_SIDES && !owner->strict; i++) {
        uint64_t at = owner->of[i].limits && owner->of[i].counters
                          ? owner->of[i].limits->at[limit]
                          : LIMIT_NONE;

        tokens = tokens < at ? tokens : at;
    }
    /* What costs something is not for a limit that is used up. */
    return tokens > 0 ? tokens : 1;
}

void ration_estimate(struct ration *ration)
{
    struct estimate *estimate = &ration->estimate;

    choose(ration);
    estimate->tokens_in = fit(ration, LIMIT_TPM_IN, estimate->tokens_in);
    estimate->tokens_out = fit(ration, LIMIT_TPM_OUT, estimate->tokens_out);
    if (estimate->cost_microusd == 0)
        estimate->cost_microusd = 1;
}
