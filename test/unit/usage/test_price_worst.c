// SPDX-License-Identifier: MIT
/* What requests may cost.  Figures are worked out by hand from the published prices. */
#include "usage/price.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "unit.h"

#define NOW 1790000000000ull /* in 2026 */

static int set_up(void **state)
{
    *state = prices_default();
    return 0;
}

static int tear_down(void **state)
{
    prices_unref(*state);
    return 0;
}

/* A number of any size, small ones too; the same ones each time. */
static uint64_t any(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 1) >> (*seed >> 58) % 63;
}

#define TOLD(tokens) .max_tokens_is = SCAN_TOLD, .max_tokens = tokens

static const struct {
    const char *model;
    struct scan_facts facts;
    uint64_t body;
    struct price_most want; /* all 0: nothing bounds it */
} worst[] = {
    { "claude-sonnet-5", { TOLD(1000) }, 8000, { 10000, 1000, 30000, 10000 } },
    { "claude-sonnet-5", { TOLD(0) }, 0, { 2000, 0, 4000, 0 } },
    /* at the dearest class that it asks for */
    { "claude-sonnet-5",
      { TOLD(1000), .caches = true },
      8000,
      { 10000, 1000, 35000, 10000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .caches = true, .caches_1h = true },
      8000,
      { 10000, 1000, 50000, 10000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .caches_1h = true },
      8000,
      { 10000, 1000, 50000, 10000 } },
    /* it does not say, or nothing that is understood */
    { "claude-sonnet-5", { 0 }, 8000, { 10000, 128000, 1300000, 1280000 } },
    { "claude-sonnet-5",
      { .max_tokens_is = SCAN_ODD },
      8000,
      { 10000, 128000, 1300000, 1280000 } },
    /* what bytes do not measure */
    { "claude-sonnet-5",
      { TOLD(1000), .images = 2 },
      8000,
      { 20000, 1000, 50000, 10000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .typed_tools = 3 },
      8000,
      { 13000, 1000, 36000, 10000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .unmeasured = true },
      8000,
      { 1010000, 1000, 2030000, 10000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .tool_uses = 2 },
      8000,
      { 2010000, 1000, 4050000, 30000 } },
    /* a prompt that may be long */
    { "claude-haiku-5-5", { TOLD(1000) }, 98000, { 100000, 1000, 10500, 500 } },
    { "claude-haiku-5-5",
      { TOLD(1000) },
      98001,
      { 100001, 1000, 52501, 2500 } },
    /* another speed and region than the standard */
    { "claude-opus-5-5",
      { TOLD(1000), .asks_speed = true },
      8000,
      { 10000, 1000, 120000, 40000 } },
    { "claude-opus-5-5",
      { TOLD(1000), .asks_speed = true, .asks_geo = true },
      8000,
      { 10000, 1000, 132000, 44000 } },
    /* a model without a price */
    { "new",
      { TOLD(1000), .asks_speed = true },
      8000,
      { 10000, 1000, 450000, 150000 } },
    { "claude-sonnet-5", { TOLD(1), .tools_unbounded = true }, 1, { 0 } },
    { "claude-sonnet-5", { TOLD(1), .has_servers = true }, 1, { 0 } },
    { "claude-sonnet-5", { TOLD(1), .doubt = SCAN_DOUBT_MEMBER }, 1, { 0 } },
    /* more than there is */
    { "claude-sonnet-5",
      { TOLD(INT64_MAX) },
      8000,
      { 10000, INT64_MAX, UINT64_MAX, UINT64_MAX } },
    { "claude-sonnet-5",
      { TOLD(1), .tool_uses = UINT64_MAX },
      UINT64_MAX,
      { UINT64_MAX, 1, UINT64_MAX, UINT64_MAX } },
};

static void the_worst_is_what_the_body_may_come_to(void **state)
{
    for (size_t i = 0; i < COUNT_OF(worst); i++) {
        struct str model = str_of(worst[i].model);
        struct price_most most = { 0 };
        bool bounded = price_worst(prices_find_safe(*state, model, NOW),
                                   &worst[i].facts, worst[i].body, &most);

        assert_int_equal(bounded, worst[i].want.tokens_in > 0);
        if (memcmp(&most, &worst[i].want, sizeof(most)) != 0)
            fail_msg("row %zu: %llu in, %llu out, %llu, %llu of it out", i,
                     (unsigned long long)most.tokens_in,
                     (unsigned long long)most.tokens_out,
                     (unsigned long long)most.cost_microusd,
                     (unsigned long long)most.cost_out_microusd);
    }
}

/* Whatever a body of so many bytes is answered with, within what it asks for. */
static void no_answer_costs_more_than_the_worst(void **state)
{
    static const char *const tiers[] = { "standard", "priority", "batch" };
    struct err err;
    struct prices *prices = prices_read(
        STR("{\"embedded\":false,\"models\":["
            "{\"model\":\"a\",\"input\":700001,\"output\":3000007,"
            "\"service_tier\":{\"priority\":\"1.3\"},\"long_context\":"
            "{\"above\":200000,\"input\":\"2\",\"output\":\"1.5\"}},"
            "{\"model\":\"b\",\"input\":800003,\"output\":4000009,"
            "\"speed\":{\"fast\":\"6\"},\"long_context\":"
            "{\"above\":100000,\"input\":\"0.3\",\"output\":\"0\"}},"
            "{\"model\":\"c\",\"input\":5,\"output\":9,"
            "\"inference_geo\":{\"us\":\"0.9\"}}]}"),
        &err);
    uint64_t seed = 11;

    (void)state;
    assert_non_null(prices);
    for (size_t i = 0; i < 20000; i++) {
        const struct price *price =
            prices_find(prices, (struct str){ &"abc"[i % 3], 1 }, NOW);
        struct scan_facts facts = { TOLD(any(&seed) % 200000) };
        uint64_t body = any(&seed) % 1000000;
        uint64_t left = body + 2000;
        struct meter_usage usage = { 0 };
        struct price_most most;

        facts.caches = i & 1;
        facts.caches_1h = i & 2;
        facts.asks_speed = i & 4;
        facts.asks_geo = i & 8;
        text_copy(usage.service_tier, sizeof(usage.service_tier),
                  str_of(tiers[any(&seed) % 3]));
        if (facts.asks_speed && any(&seed) % 2 == 0)
            text_copy(usage.speed, sizeof(usage.speed), STR("fast"));
        if (facts.asks_geo && any(&seed) % 2 == 0)
            text_copy(usage.geo, sizeof(usage.geo), STR("us"));
        usage.counts[METER_OUTPUT] = facts.max_tokens;
        if (facts.caches_1h)
            usage.counts[METER_CACHE_WRITE_1H] = any(&seed) % (left + 1);
        left -= usage.counts[METER_CACHE_WRITE_1H];
        if (facts.caches || facts.caches_1h)
            usage.counts[METER_CACHE_WRITE_5M] = any(&seed) % (left + 1);
        left -= usage.counts[METER_CACHE_WRITE_5M];
        usage.counts[METER_INPUT] = any(&seed) % (left + 1);
        assert_true(price_worst(price, &facts, body, &most));
        assert_true(price_cost_microusd(price, &usage) <= most.cost_microusd);
        assert_true(meter_rated_input(&usage) <= most.tokens_in);
    }
    prices_unref(prices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_is_what_the_body_may_come_to),
        cmocka_unit_test(no_answer_costs_more_than_the_worst),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
