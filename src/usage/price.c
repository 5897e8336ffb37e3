// SPDX-License-Identifier: MIT
/* Finding a price, and counting with it. */
#include "usage/price.h"

#include "team/patterns.h"
#include "usage/price_internal.h"

/* ---- finding ------------------------------------------------------------ */

/* `a` stands behind `b` in the table. */
static bool is_better(const struct price *a, const struct price *b)
{
    if (!b || a->model.len != b->model.len)
        return !b || a->model.len > b->model.len;
    return a->valid_from_ms >= b->valid_from_ms;
}

/* Most rows are for one name, and those that are of one length mostly differ in their
   last digit. */
static bool is_for(const struct price *row, struct str model)
{
    size_t last = row->model.len - 1;

    if (!row->names_one)
        return pattern_matches(row->model, model);
    return row->model.len == model.len &&
           str_may_be_same(row->model.at[last], model.at[last]) &&
           str_ieq(row->model, model);
}

static const struct price *find_named(const struct prices *prices,
                                      struct str model, uint64_t now_ms)
{
    const struct price *best = NULL;

    for (size_t i = 0; i < prices->count; i++) {
        const struct price *row = &prices->rows[i];

        if (is_for(row, model) && row->valid_from_ms <= now_ms &&
            is_better(row, best))
            best = row;
    }
    return best;
}

/* "-20250514" is 9 bytes. */
static struct str without_date(struct str model)
{
    size_t len = model.len < 9 ? 0 : model.len - 9;
    uint64_t date;

    if (len == 0 || model.at[len] != '-' ||
        !str_to_u64(str_from(model, len + 1), UINT64_MAX, &date))
        return model;
    return str_sub(model, 0, len);
}

const struct price *prices_find(const struct prices *prices, struct str model,
                                uint64_t now_ms)
{
    const struct price *price = find_named(prices, model, now_ms);

    return price ? price : find_named(prices, without_date(model), now_ms);
}

bool prices_know(const struct prices *prices, struct str pattern)
{
    for (size_t i = 0; i < prices->count; i++) {
        struct str model = prices->rows[i].model;

        if (pattern_matches(pattern, model) || str_istarts(pattern, model))
            return true;
    }
    return false;
}

const struct price *prices_find_safe(const struct prices *prices,
                                     struct str model, uint64_t now_ms)
{
    const struct price *price = prices_find(prices, model, now_ms);

    return price ? price : &prices->dearest;
}

/* ---- exact sums --------------------------------------------------------- */

/* Of 10^-24 dollars: rates are 10^-18, and are taken in millionths. */
__extension__ typedef unsigned __int128 wide;
#define MILLION 1000000u
#define MICROUSD ((wide)MILLION * MILLION * MILLION)
#define WIDE_MAX (~(wide)0)

static wide plus(wide a, wide b)
{
    return a > WIDE_MAX - b ? WIDE_MAX : a + b;
}

static wide times(wide a, uint64_t b)
{
    return b > 0 && a > WIDE_MAX / b ? WIDE_MAX : a * b;
}

/* Half up; what does not fit is the greatest there is. */
static uint64_t microusd(wide sum)
{
    wide whole = sum / MICROUSD + (sum % MICROUSD >= MICROUSD / 2);

    return whole > UINT64_MAX ? UINT64_MAX : (uint64_t)whole;
}

static wide tokens_of(const struct price *price, enum price_class class,
                      uint64_t tokens)
{
    return times(times(price->rates[class], tokens), MILLION);
}

/* ---- what was used ------------------------------------------------------ */

/* Counts of one model. */
struct used {
    const struct price *price;
    const uint64_t *counts;
};

static wide of_input(const struct used *used)
{
    uint64_t writes = meter_cache_writes(used->counts);
    uint64_t for_1h = used->counts[METER_CACHE_WRITE_1H];
    wide sum = tokens_of(used->price, PRICE_INPUT, used->counts[METER_INPUT]);

    sum = plus(sum,
               tokens_of(used->price, PRICE_CACHE_WRITE_5M, writes - for_1h));
    sum = plus(sum, tokens_of(used->price, PRICE_CACHE_WRITE_1H, for_1h));
    return plus(sum, tokens_of(used->price, PRICE_CACHE_READ,
                               used->counts[METER_CACHE_READ]));
}

static wide of_all(const struct used *used)
{
    return plus(of_input(used), tokens_of(used->price, PRICE_OUTPUT,
                                          used->counts[METER_OUTPUT]));
}

/* `sum` is of whole tokens at the full price. */
static wide in_tier(wide sum, const struct price *price,
                    const struct meter_usage *usage)
{
    if (!str_eq(str_of(usage->service_tier), STR("batch")))
        return sum;
    return times(sum / MILLION, price->batch_millionths);
}

/* Iterations of the answer's own model mostly do not name it. */
static const struct price *price_of_part(const struct price *own,
                                         const struct meter_usage *usage,
                                         const struct meter_part *part)
{
    struct str model = str_of(part->model);

    if (model.len == 0 || str_eq(model, str_of(usage->model)))
        return own;
    return prices_find_safe(own->table, model, usage->began_ms);
}

/* Of all iterations, each at the price of its model, and of the rest. */
static wide sum_up(const struct price *own, const struct meter_usage *usage,
                   wide (*of)(const struct used *used))
{
    uint64_t rest[METER_COUNTS];
    wide sum;

    meter_rest(usage, rest);
    sum = in_tier(of(&(struct used){ own, rest }), own, usage);
    for (size_t i = 0; usage->parts && i < usage->parts->count; i++) {
        const struct meter_part *part = &usage->parts->at[i];
        const struct price *price = price_of_part(own, usage, part);

        sum = plus(sum, in_tier(of(&(struct used){ price, part->counts }),
                                price, usage));
    }
    return sum;
}

uint64_t price_input_microusd(const struct price *price,
                              const struct meter_usage *usage)
{
    return microusd(sum_up(price, usage, of_input));
}

uint64_t price_cost_microusd(const struct price *price,
                             const struct meter_usage *usage)
{
    wide searches = times(times(price->web_search, MILLION),
                          usage->counts[METER_WEB_SEARCH]);

    return microusd(plus(sum_up(price, usage, of_all), searches));
}

uint64_t price_tokens_microusd(const struct price *price,
                               enum price_class class, uint64_t tokens)
{
    return microusd(tokens_of(price, class, tokens));
}

/* ---- what may be used --------------------------------------------------- */

#define HIDDEN_TOKENS 2000
#define IMAGE_TOKENS 5000
#define TOOL_TOKENS 1000

static uint64_t narrow(wide value)
{
    return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

static uint64_t worst_input(const struct price *price,
                            const struct scan_facts *facts, uint64_t body_bytes)
{
    wide tokens = (wide)body_bytes + HIDDEN_TOKENS;

    tokens = plus(tokens, times(facts->images, IMAGE_TOKENS));
    tokens = plus(tokens, times(facts->typed_tools, TOOL_TOKENS));
    tokens = plus(tokens, times(price->context_max, facts->unmeasured));
    tokens = plus(tokens, times(price->context_max, facts->tool_uses));
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

bool price_worst(const struct price *price, const struct scan_facts *facts,
                 uint64_t body_bytes, struct price_most *most)
{
    wide sum;

    if (scan_facts_unbounded(facts))
        return false;
    most->tokens_in = worst_input(price, facts, body_bytes);
    most->tokens_out = facts->max_tokens_is == SCAN_TOLD ? facts->max_tokens
                                                         : price->output_max;
    sum = tokens_of(price, dearest_input(price, facts), most->tokens_in);
    sum = plus(sum, tokens_of(price, PRICE_OUTPUT, most->tokens_out));
    sum = plus(sum, times(times(price->web_search, MILLION), facts->tool_uses));
    most->cost_microusd = microusd(sum);
    return true;
}
