// SPDX-License-Identifier: MIT
/* What tokens cost.  Figures are worked out by hand from the published prices. */
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
    prices_free(*state);
    return 0;
}

static const struct price *find(void **state, const char *model)
{
    return prices_find(*state, str_of(model), NOW);
}

/* ---- which row ---------------------------------------------------------- */

/* Micro-dollars per million tokens; 0: there is no price. */
static const struct {
    const char *model;
    uint64_t input;
    uint64_t output;
} models[] = {
    { "claude-fable-5-2", 8000000, 40000000 },
    { "claude-fable-5-1", 10000000, 50000000 },
    { "claude-mythos-5-1", 10000000, 50000000 },
    { "claude-fable-5", 10000000, 50000000 },
    { "claude-mythos-5", 10000000, 50000000 },
    { "claude-opus-5-5", 4000000, 20000000 },
    { "claude-opus-5", 5000000, 25000000 },
    { "claude-opus-4-8", 5000000, 25000000 },
    { "claude-opus-4-7", 5000000, 25000000 },
    { "claude-opus-4-6", 5000000, 25000000 },
    { "claude-opus-4-5", 5000000, 25000000 },
    { "claude-opus-4-5-20251101", 5000000, 25000000 },
    { "claude-opus-4-1", 15000000, 75000000 },
    { "claude-opus-4-1-20250805", 15000000, 75000000 },
    { "claude-opus-4", 15000000, 75000000 },
    { "claude-opus-4-0", 15000000, 75000000 },
    { "claude-opus-4-20250514", 15000000, 75000000 },
    { "claude-sonnet-5-5", 2000000, 10000000 },
    { "claude-sonnet-5", 2000000, 10000000 },
    { "claude-sonnet-5-20260801", 2000000, 10000000 },
    { "claude-sonnet-4-6", 3000000, 15000000 },
    { "claude-sonnet-4-5-20250929", 3000000, 15000000 },
    { "claude-sonnet-4-20250514", 3000000, 15000000 },
    { "claude-haiku-5-5", 500000, 2500000 },
    { "claude-haiku-4-5", 1000000, 5000000 },
    { "claude-haiku-4-5-20251001", 1000000, 5000000 },
    { "claude-haiku-3-5", 800000, 4000000 },
    { "claude-3-5-haiku-20241022", 800000, 4000000 },
    { "Claude-OPUS-5", 5000000, 25000000 },
    /* no date, or no model */
    { "", 0, 0 },
    { "claude", 0, 0 },
    { "claude-sonnet-5-2026080", 0, 0 },
    { "claude-sonnet-5-202608011", 0, 0 },
    { "claude-sonnet-5-2026080x", 0, 0 },
    { "claude-sonnet-5-20260801-20260801", 0, 0 },
    { "claude-sonnet-5-", 0, 0 },
    { "claude-sonnet-50", 0, 0 },
    { "xclaude-sonnet-5", 0, 0 },
    { "claude-opus-4-9", 0, 0 },
    { "-20260801", 0, 0 },
    { "20260801", 0, 0 },
    { "gpt-5", 0, 0 },
};

static void models_are_found_with_and_without_their_date(void **state)
{
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        const struct price *price = find(state, models[i].model);

        if ((price != NULL) != (models[i].output > 0))
            fail_msg("%s", models[i].model);
        if (price) {
            assert_int_equal(price_tokens_microusd(price, PRICE_INPUT, 1000000),
                             models[i].input);
            assert_int_equal(price_tokens_microusd(price, PRICE_OUTPUT,
                                                   1000000),
                             models[i].output);
        }
    }
}

/* No row is dearer, whatever is asked of it. */
static void a_model_without_a_price_counts_as_the_dearest(void **state)
{
    const struct price *safe = prices_find_safe(*state, STR("new"), NOW);

    assert_int_equal(price_tokens_microusd(safe, PRICE_OUTPUT, 1000000),
                     75000000);
    assert_int_equal(price_tokens_microusd(safe, PRICE_CACHE_WRITE_1H, 1000000),
                     30000000);
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        const struct price *price = find(state, models[i].model);

        for (size_t class = 0; price && class < PRICE_CLASSES; class ++)
            assert_true(price->rates[class] <= safe->rates[class]);
    }
    assert_ptr_equal(prices_find_safe(*state, STR("claude-opus-5"), NOW),
                     find(state, "claude-opus-5"));
}

/* ---- what it came to ---------------------------------------------------- */

static const struct {
    const char *model;
    /* input, output, all cache writes, those of 5 m and 1 h, reads, searches */
    uint64_t counts[METER_COUNTS];
    const char *tier;
    uint64_t cost; /* micro-dollars */
    uint64_t of_input;
} costs[] = {
    { "claude-sonnet-5", { 0 }, "", 0, 0 },
    { "claude-sonnet-5", { 1, 0 }, "", 2, 2 },
    { "claude-sonnet-5", { 0, 1 }, "", 10, 0 },
    { "claude-sonnet-5", { 1200, 350 }, "standard", 2400 + 3500, 2400 },
    /* 1.25, 2 and 0.1 times the input */
    { "claude-sonnet-5", { 0, 0, 1000, 1000, 0, 0 }, "", 2500, 2500 },
    { "claude-sonnet-5", { 0, 0, 1000, 0, 1000, 0 }, "", 4000, 4000 },
    { "claude-sonnet-5", { 0, 0, 0, 0, 0, 1000 }, "", 200, 200 },
    /* a tenth is not what a read of every model costs */
    { "claude-opus-5-5", { 0, 0, 1000, 1000, 0, 1000 }, "", 5200, 5200 },
    { "claude-fable-5-2", { 0, 0, 0, 0, 0, 1000 }, "", 200, 200 },
    { "claude-fable-5-1", { 0, 0, 0, 0, 0, 1000 }, "", 250, 250 },
    { "claude-sonnet-5-5", { 0, 0, 0, 0, 0, 1000 }, "", 100, 100 },
    { "claude-haiku-5-5", { 0, 0, 0, 0, 0, 1000 }, "", 50, 50 },
    { "claude-opus-5",
      { 10, 20, 300, 100, 200, 4000 },
      "",
      50 + 500 + 625 + 2000 + 2000,
      50 + 625 + 2000 + 2000 },
    /* the rest of what was written counts as 5 m */
    { "claude-sonnet-5", { 0, 0, 1000, 0, 0, 0 }, "", 2500, 2500 },
    { "claude-sonnet-5", { 0, 0, 1000, 100, 400, 0 }, "", 1500 + 1600, 3100 },
    { "claude-sonnet-5", { 0, 0, 0, 100, 400, 0 }, "", 250 + 1600, 1850 },
    { "claude-sonnet-5", { 0, 0, 200, 100, 400, 0 }, "", 250 + 1600, 1850 },
    /* half up: 0.8, 0.48, 0.56, 0.5, 1.5, 2.5 */
    { "claude-haiku-3-5", { 1 }, "", 1, 1 },
    { "claude-haiku-3-5", { 0, 0, 0, 0, 0, 6 }, "", 0, 0 },
    { "claude-haiku-3-5", { 0, 0, 0, 0, 0, 7 }, "", 1, 1 },
    { "claude-opus-5", { 0, 0, 0, 0, 0, 1 }, "", 1, 1 },
    { "claude-opus-5", { 0, 0, 0, 0, 0, 3 }, "", 2, 2 },
    { "claude-haiku-4-5", { 0, 0, 2, 2, 0, 0 }, "", 3, 3 },
    { "claude-haiku-4-5", { 0, 0, 0, 0, 0, 4 }, "", 0, 0 },
    { "claude-haiku-4-5", { 0, 0, 0, 0, 0, 5 }, "", 1, 1 },
    /* once: 1.25 + 0.3 */
    { "claude-haiku-4-5", { 0, 0, 1, 1, 0, 3 }, "", 2, 2 },
    /* a cent a search */
    { "claude-haiku-4-5", { 0, 0, 0, 0, 0, 0, 1 }, "", 10000, 0 },
    { "claude-haiku-4-5", { 7, 1, 0, 0, 0, 0, 3 }, "", 30012, 7 },
    /* a batch pays half for tokens, and all for searches */
    { "claude-sonnet-5", { 1000, 1000 }, "batch", 6000, 1000 },
    { "claude-haiku-4-5", { 1 }, "batch", 1, 1 },
    { "claude-haiku-4-5", { 3, 0, 0, 0, 0, 0, 1 }, "batch", 10002, 2 },
    { "claude-haiku-4-5", { 4 }, "batches", 4, 4 },
    /* a year of them */
    { "claude-opus-4",
      { 1000000000000, 1000000000 },
      "",
      15075000000000,
      15000000000000 },
    /* what does not fit */
    { "claude-opus-4",
      { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
        INT64_MAX },
      "",
      UINT64_MAX,
      UINT64_MAX },
};

static void a_cost_is_exact_and_rounded_once(void **state)
{
    for (size_t i = 0; i < COUNT_OF(costs); i++) {
        const struct price *price = find(state, costs[i].model);
        struct meter_usage usage = { 0 };
        uint64_t cost, of_input;

        memcpy(usage.counts, costs[i].counts, sizeof(usage.counts));
        text_copy(usage.service_tier, sizeof(usage.service_tier),
                  str_of(costs[i].tier));
        cost = price_cost_microusd(price, &usage);
        of_input = price_input_microusd(price, &usage);
        if (cost != costs[i].cost || of_input != costs[i].of_input)
            fail_msg("row %zu: %llu, of input %llu", i,
                     (unsigned long long)cost, (unsigned long long)of_input);
    }
}

/* Each iteration at the price of its model. */
static const struct {
    const char *model;
    const char *usage;
    uint64_t cost;
    uint64_t of_input;
} iterations[] = {
    { "claude-opus-4-8",
      "\"input_tokens\":23000,\"output_tokens\":1000,\"iterations\":["
      "{\"type\":\"compaction\",\"input_tokens\":180000,\"output_tokens\":"
      "3500},{\"type\":\"message\",\"input_tokens\":23000,"
      "\"output_tokens\":1000}]",
      203000 * 5 + 4500 * 25, 203000 * 5 },
    { "claude-haiku-4-5",
      "\"input_tokens\":412,\"output_tokens\":531,\"iterations\":["
      "{\"type\":\"message\",\"input_tokens\":412,\"output_tokens\":89},"
      "{\"type\":\"advisor_message\",\"model\":\"claude-opus-5\","
      "\"input_tokens\":823,\"output_tokens\":1612},"
      "{\"type\":\"message\",\"input_tokens\":1348,"
      "\"cache_read_input_tokens\":410,\"output_tokens\":442}]",
      (412 + 1348 + 41) + 531 * 5 + 823 * 5 + 1612 * 25,
      (412 + 1348 + 41) + 823 * 5 },
    /* the model of the beginning, and another that answered */
    { "claude-haiku-4-5",
      "\"input_tokens\":20,\"output_tokens\":100,\"iterations\":["
      "{\"type\":\"message\",\"model\":\"claude-haiku-4-5\","
      "\"input_tokens\":20,\"output_tokens\":3},"
      "{\"type\":\"fallback_message\",\"model\":\"claude-opus-4-1-20250805\","
      "\"input_tokens\":20,\"output_tokens\":100}]",
      20 + 3 * 5 + 20 * 15 + 100 * 75, 20 + 20 * 15 },
    /* one without a price is the dearest */
    { "claude-haiku-4-5",
      "\"iterations\":[{\"type\":\"advisor_message\",\"model\":\"oracle\","
      "\"input_tokens\":100},{\"type\":\"advisor_message\",\"model\":5,"
      "\"input_tokens\":10}]",
      110 * 15, 110 * 15 },
    { "claude-haiku-4-5",
      "\"service_tier\":\"batch\",\"iterations\":[{\"type\":\"compaction\","
      "\"input_tokens\":100}],\"server_tool_use\":{\"web_search_requests\":1}",
      50 + 10000, 50 },
};

static void iterations_cost_what_their_models_cost(void **state)
{
    for (size_t i = 0; i < COUNT_OF(iterations); i++) {
        const struct price *price = find(state, iterations[i].model);
        struct meter meter;
        uint64_t cost, of_input;

        meter_init(&meter, METER_JSON);
        meter.usage.began_ms = NOW;
        meter_feed(&meter, STR("{\"usage\":{"));
        meter_feed(&meter, str_of(iterations[i].usage));
        meter_feed(&meter, STR("}}"));
        cost = price_cost_microusd(price, &meter.usage);
        of_input = price_input_microusd(price, &meter.usage);
        if (cost != iterations[i].cost || of_input != iterations[i].of_input)
            fail_msg("row %zu: %llu, of input %llu", i,
                     (unsigned long long)cost, (unsigned long long)of_input);
        meter_done(&meter);
    }
}

/* A number of any size, small ones too; the same ones each time. */
static uint64_t any(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 1) >> (*seed >> 58) % 63;
}

static void more_tokens_never_cost_less(void **state)
{
    uint64_t seed = 5;

    for (size_t i = 0; i < 20000; i++) {
        const struct price *price = find(state, models[i % 22].model);
        struct meter_usage usage = { 0 };
        uint64_t less, *count;

        for (size_t id = 0; id < METER_COUNTS; id++)
            usage.counts[id] = any(&seed);
        if (i % 3 == 0)
            text_copy(usage.service_tier, 8, STR("batch"));
        less = price_cost_microusd(price, &usage);
        count = &usage.counts[any(&seed) % METER_COUNTS];
        *count += any(&seed) % (UINT64_MAX - *count);
        assert_true(price_cost_microusd(price, &usage) >= less);
        assert_true(price_cost_microusd(price, &usage) >=
                    price_input_microusd(price, &usage));
    }
}

/* The parts, rounded each, are the whole but for a micro-dollar for each. */
static void the_parts_add_up(void **state)
{
    const struct price *price = find(state, "claude-haiku-3-5");
    uint64_t seed = 7;

    for (size_t i = 0; i < 5000; i++) {
        struct meter_usage usage = { 0 };
        uint64_t whole, parts = 0;

        for (size_t id = METER_INPUT; id <= METER_OUTPUT; id++)
            usage.counts[id] = any(&seed) % 1000000;
        parts = price_tokens_microusd(price, PRICE_INPUT,
                                      usage.counts[METER_INPUT]) +
                price_tokens_microusd(price, PRICE_OUTPUT,
                                      usage.counts[METER_OUTPUT]);
        whole = price_cost_microusd(price, &usage);
        assert_true(whole <= parts + 1 && parts <= whole + 1);
    }
}

/* ---- the worst ---------------------------------------------------------- */

#define TOLD(tokens) .max_tokens_is = SCAN_TOLD, .max_tokens = tokens

static const struct {
    const char *model;
    struct scan_facts facts;
    uint64_t body;
    struct price_most want; /* all 0: nothing bounds it */
} worst[] = {
    { "claude-sonnet-5", { TOLD(1000) }, 8000, { 10000, 1000, 30000 } },
    { "claude-sonnet-5", { TOLD(0) }, 0, { 2000, 0, 4000 } },
    /* at the dearest class that it asks for */
    { "claude-sonnet-5",
      { TOLD(1000), .caches = true },
      8000,
      { 10000, 1000, 35000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .caches = true, .caches_1h = true },
      8000,
      { 10000, 1000, 50000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .caches_1h = true },
      8000,
      { 10000, 1000, 50000 } },
    /* it does not say, or nothing that is understood */
    { "claude-sonnet-5", { 0 }, 8000, { 10000, 128000, 1300000 } },
    { "claude-sonnet-5",
      { .max_tokens_is = SCAN_ODD },
      8000,
      { 10000, 128000, 1300000 } },
    /* what bytes do not measure */
    { "claude-sonnet-5",
      { TOLD(1000), .images = 2 },
      8000,
      { 20000, 1000, 50000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .typed_tools = 3 },
      8000,
      { 13000, 1000, 36000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .unmeasured = true },
      8000,
      { 1010000, 1000, 2030000 } },
    { "claude-sonnet-5",
      { TOLD(1000), .tool_uses = 2 },
      8000,
      { 2010000, 1000, 4050000 } },
    { "claude-sonnet-5", { TOLD(1), .tools_unbounded = true }, 1, { 0 } },
    { "claude-sonnet-5", { TOLD(1), .has_servers = true }, 1, { 0 } },
    { "claude-sonnet-5", { TOLD(1), .doubt = SCAN_DOUBT_MEMBER }, 1, { 0 } },
    /* more than there is */
    { "claude-sonnet-5",
      { TOLD(INT64_MAX) },
      8000,
      { 10000, INT64_MAX, UINT64_MAX } },
    { "claude-sonnet-5",
      { TOLD(1), .tool_uses = UINT64_MAX },
      UINT64_MAX,
      { UINT64_MAX, 1, UINT64_MAX } },
};

static void the_worst_is_what_the_body_may_come_to(void **state)
{
    for (size_t i = 0; i < COUNT_OF(worst); i++) {
        struct price_most most = { 0 };
        bool bounded = price_worst(find(state, worst[i].model), &worst[i].facts,
                                   worst[i].body, &most);

        assert_int_equal(bounded, worst[i].want.tokens_in > 0);
        if (memcmp(&most, &worst[i].want, sizeof(most)) != 0)
            fail_msg("row %zu: %llu in, %llu out, %llu", i,
                     (unsigned long long)most.tokens_in,
                     (unsigned long long)most.tokens_out,
                     (unsigned long long)most.cost_microusd);
    }
}

/* Whatever a body of so many bytes is answered with, within what it asks for. */
static void no_answer_costs_more_than_the_worst(void **state)
{
    uint64_t seed = 11;

    for (size_t i = 0; i < 20000; i++) {
        const struct price *price = find(state, models[i % 22].model);
        struct scan_facts facts = { TOLD(any(&seed) % 200000) };
        uint64_t body = any(&seed) % 1000000;
        uint64_t left = body + 2000;
        struct meter_usage usage = { 0 };
        struct price_most most;

        facts.caches = i & 1;
        facts.caches_1h = i & 2;
        usage.counts[METER_OUTPUT] = facts.max_tokens;
        if (facts.caches_1h)
            usage.counts[METER_CACHE_WRITE_1H] = any(&seed) % (left + 1);
        left -= usage.counts[METER_CACHE_WRITE_1H];
        if (facts.caches || facts.caches_1h)
            usage.counts[METER_CACHE_WRITE_5M] = any(&seed) % (left + 1);
        left -= usage.counts[METER_CACHE_WRITE_5M];
        usage.counts[METER_INPUT] = left;
        assert_true(price_worst(price, &facts, body, &most));
        assert_true(price_cost_microusd(price, &usage) <= most.cost_microusd);
        assert_true(meter_rated_input(&usage) <= most.tokens_in);
    }
}

/* A glob over the names, or a name with what follows it. */
static void patterns_of_models_are_known(void **state)
{
    static const char *const known[] = { "*",
                                         "claude-*",
                                         "*OPUS*",
                                         "claude-sonnet-4-5",
                                         "claude-sonnet-4-5-20250929",
                                         "claude-sonnet-4-5-2025*",
                                         "claude-?*-4-5" };
    static const char *const unknown[] = { "opus", "claude", "*opsu*",
                                           "claude-sonet-*", "" };

    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_true(prices_know(*state, str_of(known[i])));
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_false(prices_know(*state, str_of(unknown[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_of_models_are_known),
        cmocka_unit_test(models_are_found_with_and_without_their_date),
        cmocka_unit_test(a_model_without_a_price_counts_as_the_dearest),
        cmocka_unit_test(a_cost_is_exact_and_rounded_once),
        cmocka_unit_test(iterations_cost_what_their_models_cost),
        cmocka_unit_test(more_tokens_never_cost_less),
        cmocka_unit_test(the_parts_add_up),
        cmocka_unit_test(the_worst_is_what_the_body_may_come_to),
        cmocka_unit_test(no_answer_costs_more_than_the_worst),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
