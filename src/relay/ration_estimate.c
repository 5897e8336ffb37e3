// SPDX-License-Identifier: MIT
/* What a request is thought to come to, before it is sent. */
#include "base/clock.h"
#include "base/mem.h"
#include "relay/boundless.h"
#include "relay/ration_internal.h"

/* False if nothing bounds it. */
static bool find_most(const struct ration *ration,
                      const struct scan_facts *facts, struct estimate *worst)
{
    struct price_most most;

    if (!facts ||
        !price_worst(ration->price, facts, ration->options.body_bytes, &most))
        return false;
    *worst = (struct estimate){ most.tokens_in, most.tokens_out,
                                most.cost_microusd, most.cost_out_microusd };
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

/* Only a key that is strict doubts what is not known to be bounded: else whatever is new
   would go one by one. */
static bool find_proven_most(const struct ration *ration,
                             struct estimate *worst)
{
    struct scan_facts facts;

    if (!ration->options.facts)
        return false;
    facts = *ration->options.facts;
    if (!ration->options.owner.strict)
        facts.doubt = SCAN_DOUBT_NONE;
    return find_most(ration, &facts, worst);
}

static enum ration_bound find_bound(const struct ration *ration,
                                    struct estimate *most)
{
    if (find_proven_most(ration, most))
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

static struct estimate smaller(const struct estimate *a,
                               const struct estimate *b)
{
    return (struct estimate){
        ration_smaller(a->tokens_in, b->tokens_in),
        ration_smaller(a->tokens_out, b->tokens_out),
        ration_smaller(a->cost_microusd, b->cost_microusd),
        ration_smaller(a->cost_out_microusd, b->cost_out_microusd),
    };
}

/* The estimate, as far as it can be: nobody is charged for a number in its body that
   Anthropic would not accept. */
static struct estimate find_unread(const struct ration *ration)
{
    struct scan_facts facts = { .model_is = SCAN_ABSENT };
    struct estimate most = { 0 };

    if (ration->options.facts)
        facts = *ration->options.facts;
    facts.max_tokens_is = SCAN_ABSENT;
    scan_facts_bound(&facts);
    (void)find_most(ration, &facts, &most);
    return smaller(&ration->estimate, &most);
}

/* ---- at the most --------------------------------------------------------- */

/* What nothing bounds brings beside the rest about what it usually came to: by bytes
   alone a large body would be thought to bring a hundred times that. */
static struct estimate add_usual(const struct ration *ration,
                                 const struct estimate *most)
{
    struct estimate usual = estimate_usual(&ration->history);

    return (struct estimate){
        ration_sum(most->tokens_in, usual.tokens_in),
        ration_sum(most->tokens_out, usual.tokens_out),
        ration_sum(most->cost_microusd, usual.cost_microusd),
        ration_sum(most->cost_out_microusd, usual.cost_out_microusd),
    };
}

/* A key's own requests may have exceeded what was thought to be the worst: then that
   was not.  What other keys' came to makes no small one dear. */
static struct estimate most_by_like(const struct ration *ration,
                                    enum ration_history history,
                                    enum ration_bound bound,
                                    const struct estimate *most)
{
    if (bound != RATION_BOUND_PROVEN)
        return add_usual(ration, most);
    return history == RATION_HISTORY_OWN
               ? estimate_worst(&ration->history, most)
               : *most;
}

static void find_limits(struct ration *ration, enum ration_history history,
                        enum ration_bound bound, const struct estimate *most)
{
    const struct scan_facts *facts = ration->options.facts;

    ration->most = *most;
    ration->worst = (struct estimate){ 0 };
    if (history != RATION_HISTORY_NONE)
        ration->most = most_by_like(ration, history, bound, most);
    if (bound == RATION_BOUND_PROVEN)
        ration->worst = *most;
    ration->asked = facts && facts->max_tokens_is == SCAN_TOLD
                        ? facts->max_tokens
                        : ration->price->output_max;
}

/* ---- one for each basis -------------------------------------------------- */

static void take_like(struct ration *ration)
{
    const struct estimate_ask ask = { ration->options.body_bytes,
                                      ration->asked };

    ration->estimate = estimate_expect(&ration->history, &ask, &ration->most);
    ration->unread = ration->estimate;
}

/* What is raised by a strict key's like protects its limits; it is not booked for an
   answer whose usage is never told. */
static void take_most(struct ration *ration, const struct estimate *most)
{
    ration->estimate = *most;
    ration->unread = find_unread(ration);
    ration->estimate = ration->most;
}

static void take_all(struct ration *ration)
{
    ration->estimate =
        (struct estimate){ ESTIMATE_UNBOUNDED, ESTIMATE_UNBOUNDED,
                           ESTIMATE_UNBOUNDED, 0 };
    ration->unread = find_unread(ration);
}

static void take(struct ration *ration, const struct estimate *most)
{
    switch (ration->basis) {
    case RATION_OWN:
    case RATION_ALL:
        take_like(ration);
        break;
    case RATION_USUAL:
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
        break;
    }
}

static void choose(struct ration *ration)
{
    const struct ration_options *options = &ration->options;
    const struct scan_facts *facts = options->facts;
    struct estimate most = { ESTIMATE_UNBOUNDED, ESTIMATE_UNBOUNDED,
                             ESTIMATE_UNBOUNDED, ESTIMATE_UNBOUNDED };
    enum ration_bound bound = find_bound(ration, &most);
    enum ration_history history = find_history(ration);

    ration->basis = ration_basis(options->owner.strict, history, bound);
    ration->has_tools =
        facts && (facts->tool_uses > 0 || scan_facts_unbounded(facts));
    mem_free(ration->boundless); /* of the time before a change */
    ration->boundless = ration->basis == RATION_STRICT_UNBOUNDED
                            ? boundless_text(options->packed, facts)
                            : NULL;
    find_limits(ration, history, bound, &most);
    take(ration, &most);
}

/* ---- what a minute allows ------------------------------------------------ */

/* Its key's requests do need more, mostly. */
static bool is_known(const struct ration *ration, enum limit limit, uint64_t at)
{
    struct estimate mean;

    if (ration->basis != RATION_OWN)
        return false;
    mean = estimate_mean(&ration->history, ration->options.body_bytes,
                         &ration->most);
    return (limit == LIMIT_TPM_IN ? mean.tokens_in : mean.tokens_out) > at;
}

/* A request that may alone need more than a minute allows is let through when the
   minute is empty, unless the worst has to be held, or that is known: else it never
   would be, and nothing would be learned. */
static uint64_t fit(const struct ration *ration, enum limit limit,
                    uint64_t tokens)
{
    const struct ration_owner *owner = &ration->options.owner;

    for (size_t i = 0; i < ADMISSION_SIDES && !owner->strict; i++) {
        uint64_t at = owner->of[i].limits && owner->of[i].counters
                          ? owner->of[i].limits->at[limit]
                          : LIMIT_NONE;

        if (tokens > at && !is_known(ration, limit, at))
            tokens = at;
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
