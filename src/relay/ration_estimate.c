// SPDX-License-Identifier: MIT
/* What a request is thought to come to, before it is sent. */
#include "base/clock.h"
#include "base/mem.h"
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
    scan_facts_bound(&facts);
    return find_most(ration, &facts, worst);
}

static enum ration_bound find_bound(const struct ration *ration,
                                    struct estimate *most)
{
    if (find_most(ration, ration->options.facts, most))
        return RATION_BOUND_PROVEN;
    return find_usual_most(ration, most) ? RATION_BOUND_USUAL
                                         : RATION_BOUND_NONE;
}

static enum ration_history find_history(struct ration *ration)
{
    const struct ration_options *options = &ration->options;
    struct str model = str_of(ration->model);

    if (model.len == 0)
        return RATION_HISTORY_NONE;
    if (counters_history(options->owner.of[ADMISSION_KEY].counters, model,
                         &ration->history))
        return RATION_HISTORY_OWN;
    return options->all &&
                   counters_history(options->all, model, &ration->history)
               ? RATION_HISTORY_ALL
               : RATION_HISTORY_NONE;
}

/* Whatever a body may cost at the most: what its like came to is what counts. */
static struct estimate expected(const struct ration *ration,
                                uint64_t body_bytes)
{
    const struct estimate none = { UNBOUNDED >> 1, UNBOUNDED >> 1,
                                   UNBOUNDED >> 1 };

    return estimate_expect(&ration->history, NULL, body_bytes, &none);
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
    scan_facts_bound(&facts);
    (void)find_most(ration, &facts, &most);
    return (struct estimate){
        ration_smaller(estimate.tokens_in, most.tokens_in),
        ration_smaller(estimate.tokens_out, most.tokens_out),
        ration_smaller(estimate.cost_microusd, most.cost_microusd),
    };
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

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Should its like have come to more than what was thought to be the worst, then that
   was not. */
static void raise_to_like(struct ration *ration)
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

/* ---- one for each basis -------------------------------------------------- */

static void take_like(struct ration *ration)
{
    ration->estimate = expected(ration, ration->options.body_bytes);
    ration->cost_out = expected(ration, 0).cost_microusd;
}

static void take_most(struct ration *ration, const struct estimate *most)
{
    ration->estimate = *most;
    ration->cost_out =
        price_tokens_microusd(ration->price, PRICE_OUTPUT, most->tokens_out);
}

static void take_all(struct ration *ration)
{
    ration->estimate = (struct estimate){ UNBOUNDED, UNBOUNDED, UNBOUNDED };
    ration->cost_out = 0;
}

/* What is raised to a strict key's like protects its limits; it is not booked for an
   answer whose usage is never told. */
static void take(struct ration *ration, const struct estimate *most)
{
    switch (ration->basis) {
    case RATION_OWN:
    case RATION_ALL:
    case RATION_ALL_CAPPED:
        take_like(ration);
        if (ration->basis == RATION_ALL_CAPPED)
            lower_to_most(ration, most);
        ration->unread = ration->estimate;
        return;
    case RATION_WORST:
    case RATION_STRICT_WORST:
    case RATION_STRICT_ALL:
    case RATION_STRICT_OWN:
        take_most(ration, most);
        break;
    case RATION_UNBOUNDED:
    case RATION_STRICT_UNBOUNDED:
        take_all(ration);
        break;
    case RATION_FREE:
        return;
    }
    ration->unread = find_unread(ration);
    if (ration->basis == RATION_STRICT_OWN)
        raise_to_like(ration);
}

static void choose(struct ration *ration)
{
    const struct ration_options *options = &ration->options;
    const struct scan_facts *facts = options->facts;
    struct estimate most;
    enum ration_bound bound = find_bound(ration, &most);

    ration->basis =
        ration_basis(options->owner.strict, find_history(ration), bound);
    ration->has_tools =
        facts && (facts->tool_uses > 0 || scan_facts_unbounded(facts));
    mem_free(ration->boundless); /* of the time before a change */
    ration->boundless = ration->basis == RATION_STRICT_UNBOUNDED
                            ? boundless_text(options->packed, facts)
                            : NULL;
    take(ration, &most);
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
