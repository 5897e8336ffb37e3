// SPDX-License-Identifier: MIT
/* What an answer came to. */
#include "usage/price_internal.h"

/* ---- factors ------------------------------------------------------------ */

static uint64_t factor_in(const struct price *price,
                          enum price_condition condition, struct str value)
{
    const struct price_factors *factors = &price->factors[condition];

    for (size_t i = 0; i < factors->count; i++) {
        if (str_eq(factors->at[i].value, value))
            return factors->at[i].thousandths;
    }
    return PRICE_THOUSAND;
}

/* For a model without a price the dearest counts here, too. */
static uint64_t factor_of(const struct price *price,
                          enum price_condition condition, struct str value)
{
    const struct prices *table = price->table;
    uint64_t most = 0;

    if (value.len == 0)
        return PRICE_THOUSAND;
    if (price_is_known(price))
        return factor_in(price, condition, value);
    for (size_t i = 0; i < table->count; i++) {
        uint64_t one = factor_in(&table->rows[i], condition, value);

        most = one > most ? one : most;
    }
    return most;
}

/* In 10^-9: how it was served. */
static uint64_t served(const struct price *price,
                       const struct meter_usage *usage)
{
    return factor_of(price, PRICE_BY_TIER, str_of(usage->service_tier)) *
           factor_of(price, PRICE_BY_SPEED, str_of(usage->speed)) *
           factor_of(price, PRICE_BY_GEO, str_of(usage->geo));
}

/* ---- what was used ------------------------------------------------------ */

/* By one model, in calls that are all long, or none. */
struct used {
    const struct price *price;
    const uint64_t *counts;
    uint64_t prompt;
    uint64_t served;
};

static bool is_long(const struct used *used)
{
    return used->prompt > used->price->long_above;
}

static price_sum of_class(const struct used *used, enum price_class class,
                          uint64_t tokens)
{
    uint64_t factor = PRICE_THOUSAND;

    if (is_long(used))
        factor = class == PRICE_OUTPUT ? used->price->long_output
                                       : used->price->long_input;
    return price_of_tokens(used->price, class, tokens, used->served * factor);
}

static price_sum of_input(const struct used *used)
{
    uint64_t writes = meter_cache_writes(used->counts);
    uint64_t for_1h = used->counts[METER_CACHE_WRITE_1H];
    price_sum sum = of_class(used, PRICE_INPUT, used->counts[METER_INPUT]);

    sum =
        price_plus(sum, of_class(used, PRICE_CACHE_WRITE_5M, writes - for_1h));
    sum = price_plus(sum, of_class(used, PRICE_CACHE_WRITE_1H, for_1h));
    return price_plus(sum, of_class(used, PRICE_CACHE_READ,
                                    used->counts[METER_CACHE_READ]));
}

static price_sum of_all(const struct used *used)
{
    return price_plus(of_input(used),
                      of_class(used, PRICE_OUTPUT, used->counts[METER_OUTPUT]));
}

/* Iterations of the answer's own model mostly do not name it. */
static const struct price *price_of_part(const struct price *own,
                                         const struct meter_usage *usage,
                                         const struct meter_part *part)
{
    struct str model = str_of(part->model);

    if (model.len == 0 || str_eq(model, str_of(usage->model)))
        return own;
    return prices_find_safe(own->table, model, usage->came_ms);
}

/* Beside the iterations. */
static struct used rest_of(const struct price *own,
                           const struct meter_usage *usage,
                           uint64_t rest[METER_COUNTS])
{
    meter_rest(usage, rest);
    return (struct used){ own, rest, meter_prompt(rest), served(own, usage) };
}

/* Of all iterations, each at the price of its model, and of the rest. */
static price_sum sum_up(const struct price *own,
                        const struct meter_usage *usage,
                        price_sum (*of)(const struct used *used))
{
    uint64_t counts[METER_COUNTS];
    struct used rest = rest_of(own, usage, counts);
    price_sum sum = of(&rest);

    for (size_t i = 0; usage->parts && i < usage->parts->count; i++) {
        const struct meter_part *part = &usage->parts->at[i];
        const struct price *price = price_of_part(own, usage, part);

        sum = price_plus(sum,
                         of(&(struct used){ price, part->counts, part->prompt,
                                            served(price, usage) }));
    }
    return sum;
}

uint64_t price_input_microusd(const struct price *price,
                              const struct meter_usage *usage)
{
    return price_round(sum_up(price, usage, of_input));
}

uint64_t price_cost_microusd(const struct price *price,
                             const struct meter_usage *usage)
{
    price_sum searches =
        price_times(price_times(price->web_search, PRICE_FACTOR_ONE),
                    usage->counts[METER_WEB_SEARCH]);

    return price_round(price_plus(sum_up(price, usage, of_all), searches));
}

uint64_t price_output_microusd(const struct price *price,
                               const struct meter_usage *usage, uint64_t tokens)
{
    uint64_t rest[METER_COUNTS];
    struct used used = rest_of(price, usage, rest);

    return price_round(of_class(&used, PRICE_OUTPUT, tokens));
}

uint64_t price_tokens_microusd(const struct price *price,
                               enum price_class class, uint64_t tokens)
{
    return price_round(price_of_tokens(price, class, tokens, PRICE_FACTOR_ONE));
}

/* ---- for bookings ------------------------------------------------------- */

static bool is_nothing(const uint64_t counts[METER_COUNTS])
{
    uint64_t any = 0;

    for (size_t i = 0; i < METER_COUNTS; i++)
        any |= counts[i];
    return any == 0;
}

/* What cost nothing needs no price. */
static bool has_prices(const struct price *own, const struct meter_usage *usage)
{
    for (size_t i = 0; usage->parts && i < usage->parts->count; i++) {
        const struct meter_part *part = &usage->parts->at[i];

        if (!is_nothing(part->counts) &&
            !price_is_known(price_of_part(own, usage, part)))
            return false;
    }
    return price_is_known(own);
}

bool price_cost_is_known(const struct price *own,
                         const struct meter_usage *usage, uint64_t *microusd)
{
    *microusd = price_cost_microusd(own, usage);
    return is_nothing(usage->counts) || has_prices(own, usage);
}

bool prices_cost(const struct prices *prices, struct str model,
                 const struct meter_usage *usage, uint64_t *microusd)
{
    return price_cost_is_known(prices_find_safe(prices, model, usage->came_ms),
                               usage, microusd);
}
