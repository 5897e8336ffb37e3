// SPDX-License-Identifier: MIT
/* What rows of a table of prices may say. */
#include <string.h>

#include "base/macros.h"
#include "unit.h"
#include "usage/price.h"

#define ROW(model, more)                                                       \
    "{\"model\":\"" model "\",\"input\":1000000,\"output\":2000000" more "}"
#define TABLE(rows) "{\"models\":[" rows "]}"

static struct prices *read(const char *text)
{
    struct err err;
    struct prices *prices = prices_read(str_of(text), &err);

    if (!prices)
        fail_msg("%s: %s", text, err.text);
    return prices;
}

static void prices_may_be_defaults_too(void **state)
{
    struct prices *prices =
        read("{\"defaults\":{\"input\":3,\"output\":5},\"models\":["
             "{\"model\":\"a\"},{\"model\":\"b\",\"output\":7}]}");
    const struct price *a = prices_find(prices, STR("a"), 0);
    const struct price *b = prices_find(prices, STR("b"), 0);

    (void)state;
    assert_int_equal(a->rates[PRICE_INPUT], 3000000);
    assert_int_equal(a->rates[PRICE_OUTPUT], 5000000);
    assert_int_equal(b->rates[PRICE_INPUT], 3000000);
    assert_int_equal(b->rates[PRICE_OUTPUT], 7000000);
    prices_unref(prices);
}

static void rows_may_differ_from_the_defaults(void **state)
{
    struct prices *prices = read(
        "{\"about\":\"x\",\"defaults\":{\"cache_read\":\"0.25\",\"context_max\":7},"
        "\"models\":[" ROW("a", "") "," ROW(
            "b",
            ",\"cache_read\":\"0.000001\",\"cache_write_5m\":\"3\","
            "\"cache_write_1h\":\"0\",\"service_tier\":{\"batch\":\"0.1\",\"x\":\"7\"},"
            "\"inference_geo\":{\"us\":\"0\"},\"long_context\":{\"above\":9,"
            "\"input\":\"2\",\"output\":\"1.001\"},\"web_search\":0,"
            "\"context_max\":5,\"output_max\":6") "]}");
    const struct price *a = prices_find(prices, STR("a"), 0);
    const struct price *b = prices_find(prices, STR("b"), 0);

    (void)state;
    assert_int_equal(a->rates[PRICE_CACHE_READ], 250000000000);
    assert_int_equal(a->rates[PRICE_CACHE_WRITE_5M], 1250000000000);
    assert_int_equal(a->rates[PRICE_CACHE_WRITE_1H], 2000000000000);
    assert_int_equal(a->long_above, UINT64_MAX);
    assert_int_equal(a->factors[PRICE_BY_TIER].at[0].thousandths, 500);
    assert_int_equal(a->web_search, 10000000000000000);
    assert_int_equal(a->context_max, 7);
    assert_int_equal(a->output_max, 128000);
    assert_int_equal(b->rates[PRICE_CACHE_READ], 1000000);
    assert_int_equal(b->rates[PRICE_CACHE_WRITE_5M], 3000000000000);
    assert_int_equal(b->rates[PRICE_CACHE_WRITE_1H], 0);
    assert_int_equal(b->long_above, 9);
    assert_int_equal(b->long_input, 2000);
    assert_int_equal(b->long_output, 1001);
    assert_int_equal(b->factors[PRICE_BY_TIER].count, 2);
    assert_int_equal(b->factors[PRICE_BY_TIER].at[0].thousandths, 100);
    assert_int_equal(b->factors[PRICE_BY_SPEED].at[0].thousandths, 2000);
    assert_int_equal(b->factors[PRICE_BY_GEO].at[0].thousandths, 0);
    assert_int_equal(b->web_search, 0);
    assert_int_equal(b->context_max, 5);
    assert_int_equal(b->output_max, 6);
    prices_unref(prices);
}

/* A row names only what is different, and null takes what the defaults say of long
   prompts away. */
static void a_row_may_take_back_what_the_defaults_say(void **state)
{
    struct prices *prices =
        read("{\"defaults\":{\"long_context\":{\"above\":5,\"input\":\"3\","
             "\"output\":\"2\"}},\"models\":[" ROW("a", "") "," ROW(
                 "b", ",\"long_context\":null") "]}");

    (void)state;
    assert_int_equal(prices_find(prices, STR("a"), 0)->long_above, 5);
    assert_int_equal(prices_find(prices, STR("a"), 0)->long_input, 3000);
    assert_int_equal(prices_find(prices, STR("b"), 0)->long_above, UINT64_MAX);
    prices_unref(prices);
}

#define IN(text) TABLE(ROW("a", "") "," ROW("b", "," text))
#define LONG(text) IN("\"long_context\":" text)
#define BORDER(n)                                                              \
    ROW("a", ",\"long_context\":{\"above\":" #n                                \
             ",\"input\":\"1\",\"output\":\"1\"}")

static const struct {
    const char *table;
    const char *says;
} refusals[] = {
    { IN("\"cache_read\":0.1"),
      "models[1]: cache_read must be a text such as" },
    { IN("\"cache_read\":\"\""), "cache_read must be" },
    { IN("\"cache_read\":\".1\""), "cache_read must be" },
    { IN("\"cache_read\":\"1.\""), "cache_read must be" },
    { IN("\"cache_read\":\"0.1234567\""), "cache_read must be" },
    { IN("\"cache_read\":\"-1\""), "cache_read must be" },
    { IN("\"cache_read\":\"1e1\""), "cache_read must be" },
    { IN("\"cache_read\":\"0.1.1\""), "cache_read must be" },
    { IN("\"cache_read\":\"100.000001\""), "cache_read must be" },
    { IN("\"cache_read\":\"99999999999999999999\""), "cache_read must be" },
    { IN("\"context_max\":0"), "context_max must be a whole number of tokens" },
    { IN("\"service_tier\":\"batch\""),
      "models[1]: service_tier must be an object of factors" },
    { IN("\"speed\":[]"), "models[1]: speed must be an object" },
    { IN("\"inference_geo\":null"), "inference_geo must be an object" },
    { IN("\"speed\":{\"fast\":2}"),
      "models[1]: each value of speed must be a text such as \"1.5\": 0 to 50, "
      "with at most three decimals" },
    { IN("\"speed\":{\"fast\":\"50.001\"}"), "each value of speed must be" },
    { IN("\"speed\":{\"fast\":\"1.0001\"}"), "each value of speed must be" },
    { IN("\"speed\":{\"fast\":\"-1\"}"), "each value of speed must be" },
    { IN("\"speed\":{\"\":\"1\"}"), "models[1]: speed may name 8 values" },
    { IN("\"speed\":{\"123456789012345678901234\":\"1\"}"),
      "of 1 to 23 bytes" },
    { IN("\"speed\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\","
         "\"e\":\"1\",\"f\":\"1\",\"g\":\"1\",\"h\":\"1\"}"),
      "speed may name 8 values" }, /* beside "fast" */
    { IN("\"batch\":\"0.5\""),
      "has the member \"batch\", which is not known; there are: model" },
    { LONG("1"), "models[1]: long_context must be null, or an object" },
    { LONG("{}"), "long_context must be" },
    { LONG("{\"above\":1,\"input\":\"1\"}"), "long_context must be" },
    { LONG("{\"above\":1,\"input\":\"1\",\"output\":\"1\",\"x\":1}"),
      "long_context must be" },
    { LONG("{\"above\":-1,\"input\":\"1\",\"output\":\"1\"}"),
      "long_context must be" },
    { LONG("{\"above\":1000000001,\"input\":\"1\",\"output\":\"1\"}"),
      "long_context must be" },
    { LONG("{\"above\":1,\"input\":2,\"output\":\"1\"}"),
      "long_context must be" },
    { LONG("{\"above\":1,\"input\":\"2\",\"output\":\"51\"}"),
      "long_context must be" },
    { TABLE(BORDER(1) "," BORDER(2) "," BORDER(1) "," BORDER(0) "," BORDER(
          3) "," BORDER(4)),
      "there may be 4 different values of \"above\" in all" },
};

static void a_bad_member_says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct err err;
        struct prices *prices = prices_read(str_of(refusals[i].table), &err);

        assert_null(prices);
        if (!strstr(err.text, refusals[i].says))
            fail_msg("%s\nsays %s\nnot  %s", refusals[i].table, err.text,
                     refusals[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_may_be_defaults_too),
        cmocka_unit_test(rows_may_differ_from_the_defaults),
        cmocka_unit_test(a_row_may_take_back_what_the_defaults_say),
        cmocka_unit_test(a_bad_member_says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
