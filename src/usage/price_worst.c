// SPDX-License-Identifier: MIT
/* What a request may come to at the most. */
#include "usage/price_internal.h"

#define HIDDEN_TOKENS 2000
#define IMAGE_TOKENS 5000
#define TOOL_TOKENS 1000

static uint64_t narrow(price_sum value)
{
    return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

static uint64_t worst_input(const struct price *price,
                            const struct scan_facts *facts, uint64_t body_bytes)
{
    price_sum tokens = (price_sum)body_bytes + HIDDEN_TOKENS;

    tokens = price_plus(tokens, price_times(facts->images, IMAGE_TOKENS));
    tokens = price_plus(tokens, price_times(facts->typed_tools, TOOL_TOKENS));
    tokens =
        price_plus(tokens, price_times(price->context_max, facts->unmeasured));
    tokens =
        price_plus(tokens, price_times(price->context_max, facts->tool_uses));
    return narrow(tokens);
}

static enum price_class dearest_input(const struct price *price,
                                      const struct scan_facts *facts)
{
    enum price_class class = PRICE_INPUT;

    if ((facts->caches || facts->caches_1h) &&
        price->rates[PRICE_CACHE_WRITE_5M] > price->rates[class])
        class = PRICE_CACHE_WRITE_5M;
    if (facts->caches_1h &&
        price->rates[PRICE_CACHE_WRITE_1H] > price->rates[class])
        class = PRICE_CACHE_WRITE_1H;
    return class;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Beside the plain price, which any answer may have. */
static uint64_t dearest_in(const struct price *row,
                           enum price_condition condition)
{
    const struct price_factors *factors = &row->factors[condition];
    uint64_t most = PRICE_THOUSAND;

    for (size_t i = 0; i < factors->count; i++)
        most = larger(most, factors->at[i].thousandths);
    return most;
}

static uint64_t dearest_factor(const struct price *price,
                               enum price_condition condition)
{
    const struct prices *table = price->table;
    uint64_t most = PRICE_THOUSAND;

    if (price_is_known(price))
        return dearest_in(price, condition);
    for (size_t i = 0; i < table->count; i++)
        most = larger(most, dearest_in(&table->rows[i], condition));
    return most;
}

/* In 10^-9.  Which tier serves an answer is not asked for; another speed and region
   are. */
static uint64_t dearest_served(const struct price *price,
                               const struct scan_facts *facts)
{
    uint64_t speed = PRICE_THOUSAND;
    uint64_t geo = PRICE_THOUSAND;

    if (facts->asks_speed)
        speed = dearest_factor(price, PRICE_BY_SPEED);
    if (facts->asks_geo)
        geo = dearest_factor(price, PRICE_BY_GEO);
    return dearest_factor(price, PRICE_BY_TIER) * speed * geo;
}

/* It may turn out to be shorter. */
static uint64_t longest(const struct price *price, uint64_t factor,
                        uint64_t tokens)
{
    return tokens > price->long_above ? larger(factor, PRICE_THOUSAND)
                                      : PRICE_THOUSAND;
}

bool price_worst(const struct price *price, const struct scan_facts *facts,
                 uint64_t body_bytes, struct price_most *most)
{
    uint64_t served = dearest_served(price, facts);
    price_sum output, searches;
    price_sum sum;

    if (scan_facts_unbounded(facts))
        return false;
    most->tokens_in = worst_input(price, facts, body_bytes);
    most->tokens_out = facts->max_tokens_is == SCAN_TOLD ? facts->max_tokens
                                                         : price->output_max;
    sum = price_of_tokens(price, dearest_input(price, facts), most->tokens_in,
                          served * longest(price, price->long_input,
                                           most->tokens_in));
    output = price_of_tokens(price, PRICE_OUTPUT, most->tokens_out,
                             served * longest(price, price->long_output,
                                              most->tokens_in));
    searches = price_times(price_times(price->web_search, PRICE_FACTOR_ONE),
                           facts->tool_uses);
    most->cost_microusd =
        price_round(price_plus(price_plus(sum, output), searches));
    most->cost_out_microusd = price_round(price_plus(output, searches));
    return true;
}
