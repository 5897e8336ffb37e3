// SPDX-License-Identifier: MIT
/* What answers cost.  Figures are worked out by hand from the published prices. */
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

static const struct price *find(void **state, const char *model)
{
    return prices_find(*state, str_of(model), NOW);
}

static const char *const models[] = { "claude-fable-5-2",  "claude-opus-5-5",
                                      "claude-sonnet-5-5", "claude-haiku-5-5",
                                      "claude-haiku-3-5",  "claude-opus-4" };

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
    { "claude-haiku-5-5", { 0, 0, 0, 0, 0, 1000 }, "", 10, 10 },
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
        meter.usage.came_ms = NOW;
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
        const struct price *price = find(state, models[i % COUNT_OF(models)]);
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

/* ---- factors ------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *model;
    const char *usage; /* members of it */
    uint64_t cost;
    uint64_t of_input;
} served[] = {
    { "a prompt at the border", "claude-haiku-5-5",
      "\"input_tokens\":100000,\"output_tokens\":1000", 10000 + 500, 10000 },
    { "a prompt above it, and all of its output", "claude-haiku-5-5",
      "\"input_tokens\":100001,\"output_tokens\":1000", 50001 + 2500, 50001 },
    { "cached tokens count for the length, each once", "claude-haiku-5-5",
      "\"input_tokens\":1000,\"cache_read_input_tokens\":90000,"
      "\"cache_creation_input_tokens\":9000",
      100 + 900 + 1125, 100 + 900 + 1125 },
    { "and beyond it cost their share of the dearer price", "claude-haiku-5-5",
      "\"input_tokens\":1000,\"cache_read_input_tokens\":90000,"
      "\"cache_creation_input_tokens\":9001,\"cache_creation\":{"
      "\"ephemeral_1h_input_tokens\":4000}",
      500 + 4500 + 3126 + 4000, 500 + 4500 + 3126 + 4000 },
    { "output does not count for the length", "claude-haiku-5-5",
      "\"input_tokens\":1000,\"output_tokens\":128000", 100 + 64000, 100 },
    { "most models have one price for all lengths", "claude-opus-5-5",
      "\"input_tokens\":900000", 3600000, 3600000 },
    { "a batch at half of that", "claude-haiku-5-5",
      "\"input_tokens\":100002,\"output_tokens\":1000,"
      "\"service_tier\":\"batch\",\"server_tool_use\":{"
      "\"web_search_requests\":2}",
      25001 + 1250 + 20000, 25001 },
    { "a fast answer", "claude-opus-5-5",
      "\"input_tokens\":1000,\"output_tokens\":100,\"speed\":\"fast\","
      "\"cache_read_input_tokens\":1000",
      8000 + 4000 + 400, 8000 + 400 },
    { "a plain one", "claude-opus-5-5",
      "\"input_tokens\":1000,\"output_tokens\":100,\"speed\":\"standard\"",
      4000 + 2000, 4000 },
    { "a region", "claude-sonnet-5-5",
      "\"input_tokens\":1000,\"output_tokens\":100,\"inference_geo\":\"us\"",
      2200 + 1100, 2200 },
    { "any other", "claude-sonnet-5-5",
      "\"input_tokens\":1000,\"inference_geo\":\"global\"", 2000, 2000 },
    { "they multiply, and are rounded once", "claude-haiku-5-5",
      "\"input_tokens\":100001,\"output_tokens\":1,\"inference_geo\":\"us\","
      "\"speed\":\"fast\"",
      110007 /* 110,001.1 + 5.5 */, 110001 },
    { "searches have one price", "claude-opus-5-5",
      "\"speed\":\"fast\",\"inference_geo\":\"us\",\"server_tool_use\":{"
      "\"web_search_requests\":1}",
      10000, 0 },
    { "each call has a length of its own", "claude-haiku-5-5",
      "\"input_tokens\":60000,\"output_tokens\":10,\"iterations\":["
      "{\"type\":\"compaction\",\"input_tokens\":90000},"
      "{\"type\":\"message\",\"input_tokens\":60000,\"output_tokens\":10}]",
      9000 + 6000 + 5, 9000 + 6000 },
    { "a long one among them makes no other long", "claude-haiku-5-5",
      "\"input_tokens\":60000,\"output_tokens\":10,\"iterations\":["
      "{\"type\":\"compaction\",\"input_tokens\":110000,\"output_tokens\":"
      "100},"
      "{\"type\":\"message\",\"input_tokens\":60000,\"output_tokens\":10}]",
      55000 + 250 + 6000 + 5, 55000 + 6000 },
};

static void read_usage(struct meter *meter, const struct prices *prices,
                       const char *usage)
{
    meter_init(meter, METER_JSON);
    meter->usage.came_ms = NOW;
    meter->usage.borders = prices_borders(prices);
    meter_feed(meter, STR("{\"usage\":{"));
    meter_feed(meter, str_of(usage));
    meter_feed(meter, STR("}}"));
}

static void how_it_was_served_changes_what_it_costs(void **state)
{
    for (size_t i = 0; i < COUNT_OF(served); i++) {
        const struct price *price = find(state, served[i].model);
        struct meter meter;
        uint64_t cost, of_input;

        read_usage(&meter, *state, served[i].usage);
        cost = price_cost_microusd(price, &meter.usage);
        of_input = price_input_microusd(price, &meter.usage);
        if (cost != served[i].cost || of_input != served[i].of_input)
            fail_msg("%s: %llu, of input %llu", served[i].name,
                     (unsigned long long)cost, (unsigned long long)of_input);
        meter_done(&meter);
    }
}

/* So that the length of a prompt tells what its output will cost. */
static void output_to_come_costs_what_it_will(void **state)
{
    const struct price *price = find(state, "claude-haiku-5-5");
    struct meter_usage usage = { .speed = "fast" };

    usage.counts[METER_CACHE_READ] = 100000;
    assert_int_equal(price_output_microusd(price, &usage, 1000), 1000);
    usage.counts[METER_CACHE_READ] = 100001;
    assert_int_equal(price_output_microusd(price, &usage, 1000), 5000);
    assert_int_equal(price_tokens_microusd(price, PRICE_OUTPUT, 1000), 500);
}

static void a_model_without_a_price_is_served_at_the_dearest(void **state)
{
    const struct price *safe = prices_find_safe(*state, STR("new"), NOW);
    struct meter_usage usage = { .speed = "fast", .geo = "us" };

    usage.counts[METER_INPUT] = 1000;
    assert_int_equal(price_cost_microusd(safe, &usage), 33000);
    text_copy(usage.speed, sizeof(usage.speed), STR("standard"));
    text_copy(usage.geo, sizeof(usage.geo), STR("global"));
    assert_int_equal(price_cost_microusd(safe, &usage), 15000);
}

/* ---- streams ------------------------------------------------------------ */

#define EVENT(name, data) "event: " name "\ndata: " data "\n\n"

/* Counts of a message_delta are totals, and what was read from a cache or written to
   one is not in input_tokens. */
static void a_stream_costs_what_its_last_totals_say(void **state)
{
    static const char stream[] =
        EVENT("message_start",
              "{\"message\":{\"model\":\"claude-sonnet-5-20260801\",\"usage\":{"
              "\"input_tokens\":100,\"cache_creation_input_tokens\":1000,"
              "\"cache_read_input_tokens\":10000,\"output_tokens\":1}}}")
            EVENT("message_delta", "{\"usage\":{\"output_tokens\":20}}")
                EVENT("message_delta",
                      "{\"usage\":{\"input_tokens\":100,\"output_tokens\":50,"
                      "\"server_tool_use\":{\"web_search_requests\":1}}}")
                    EVENT("message_stop", "{}");
    struct meter meter;
    uint64_t cost;

    meter_init(&meter, METER_STREAM);
    meter.usage.came_ms = NOW;
    meter_feed(&meter, str_of(stream));
    assert_true(
        prices_cost(*state, str_of(meter.usage.model), &meter.usage, &cost));
    assert_int_equal(cost, 200 + 2500 + 2000 + 500 + 10000);
    meter_done(&meter);
}

/* ---- bookings ----------------------------------------------------------- */

static const struct {
    const char *model;
    const char *usage;
    bool known;
    uint64_t cost;
} bookings[] = {
    { "claude-sonnet-5", "\"input_tokens\":1", true, 2 },
    { "claude-sonnet-6", "\"input_tokens\":1", false, 15 },
    { "claude-sonnet-6", "\"input_tokens\":0", true, 0 },
    { "claude-sonnet-6", "", true, 0 },
    { "", "\"output_tokens\":1", false, 75 },
    { "claude-sonnet-5",
      "\"input_tokens\":1,\"iterations\":[{\"type\":\"advisor_message\","
      "\"model\":\"oracle\",\"output_tokens\":1}]",
      false, 77 },
    { "claude-sonnet-5",
      "\"input_tokens\":1,\"iterations\":[{\"type\":\"advisor_message\","
      "\"model\":\"oracle\"}]",
      true, 2 },
};

static void a_cost_is_booked_only_if_all_of_it_is_known(void **state)
{
    for (size_t i = 0; i < COUNT_OF(bookings); i++) {
        struct meter meter;
        uint64_t cost = 7;

        read_usage(&meter, *state, bookings[i].usage);
        if (prices_cost(*state, str_of(bookings[i].model), &meter.usage,
                        &cost) != bookings[i].known ||
            cost != bookings[i].cost)
            fail_msg("row %zu: %llu", i, (unsigned long long)cost);
        meter_done(&meter);
    }
}

/* With a date or without one: an id is before what holds for all. */
static const struct {
    const char *model;
    uint64_t cost; /* of a million tokens */
} named[] = {
    { "claude-sonnet-5", 3000000 },
    { "claude-sonnet-5-20260202", 3000000 },
    { "claude-sonnet-5-20260801", 7000000 },
    { "claude-sonnet-5-5", 2000000 },
    { "claude-sonnet-5-5-20260202", 2000000 },
    { "claude-opus-5-20260202", 1000000 },
    { "claude-opus-5", 1000000 },
};

static void an_id_is_before_patterns(void **state)
{
    struct err err;
    struct prices *prices = prices_read(
        STR("{\"models\":[{\"model\":\"claude-*\",\"input\":1000000,"
            "\"output\":0},{\"model\":\"claude-sonnet-5\",\"input\":3000000,"
            "\"output\":0},{\"model\":\"claude-sonnet-5*\",\"input\":"
            "2000000,\"output\":0},{\"model\":\"claude-sonnet-5-20260801\","
            "\"input\":7000000,\"output\":0}]}"),
        &err);
    struct meter_usage usage = { .came_ms = NOW };
    uint64_t cost;

    (void)state;
    assert_non_null(prices);
    usage.counts[METER_INPUT] = 1000000;
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        assert_true(prices_cost(prices, str_of(named[i].model), &usage, &cost));
        if (cost != named[i].cost)
            fail_msg("%s: %llu", named[i].model, (unsigned long long)cost);
    }
    prices_unref(prices);
}

/* The last ms of a day, and the first of the next. */
static void a_price_changes_at_midnight(void **state)
{
    struct err err;
    struct prices *prices = prices_read(
        STR("{\"models\":[{\"model\":\"a\",\"input\":1000000,\"output\":0},"
            "{\"model\":\"a\",\"input\":3000000,\"output\":0,"
            "\"valid_from\":\"2026-12-01\"}]}"),
        &err);
    struct meter_usage usage = { .came_ms = 1796083199999 };
    uint64_t cost;

    (void)state;
    assert_non_null(prices);
    usage.counts[METER_INPUT] = 10;
    assert_true(prices_cost(prices, STR("a-20260101"), &usage, &cost));
    assert_int_equal(cost, 10);
    usage.came_ms++;
    assert_true(prices_cost(prices, STR("a-20260101"), &usage, &cost));
    assert_int_equal(cost, 30);
    prices_unref(prices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cost_is_exact_and_rounded_once),
        cmocka_unit_test(iterations_cost_what_their_models_cost),
        cmocka_unit_test(more_tokens_never_cost_less),
        cmocka_unit_test(the_parts_add_up),
        cmocka_unit_test(how_it_was_served_changes_what_it_costs),
        cmocka_unit_test(output_to_come_costs_what_it_will),
        cmocka_unit_test(a_model_without_a_price_is_served_at_the_dearest),
        cmocka_unit_test(a_stream_costs_what_its_last_totals_say),
        cmocka_unit_test(a_cost_is_booked_only_if_all_of_it_is_known),
        cmocka_unit_test(an_id_is_before_patterns),
        cmocka_unit_test(a_price_changes_at_midnight),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
