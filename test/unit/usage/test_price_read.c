// SPDX-License-Identifier: MIT
/* Tables of prices: which row counts, and what is refused. */
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/text.h"
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

/* ---- which row ---------------------------------------------------------- */

#define PRICED(model, output, more)                                            \
    "{\"model\":\"" model "\",\"input\":1,\"output\":" #output more "}"
#define FROM(time) ",\"valid_from\":\"" time "\""

static const struct {
    const char *rows;
    const char *model;
    const char *now;
    uint64_t output; /* of a million tokens; 0: no row */
} finds[] = {
    { PRICED("a", 1, ""), "a", "2026-01-01T00:00:00Z", 1 },
    { PRICED("a", 1, ""), "b", "2026-01-01T00:00:00Z", 0 },
    { PRICED("a*", 1, ""), "abc", "2026-01-01T00:00:00Z", 1 },
    { PRICED("*", 1, ""), "", "2026-01-01T00:00:00Z", 1 },
    /* the longest pattern, wherever it stands */
    { PRICED("*", 1, "") "," PRICED("a*", 2, "") "," PRICED("*b", 3, ""), "ac",
      "2026-01-01T00:00:00Z", 2 },
    { PRICED("abc", 1, "") "," PRICED("a*", 2, ""), "abc",
      "2026-01-01T00:00:00Z", 1 },
    /* of those, the latest, wherever it stands */
    { PRICED("a", 2, FROM("2026-02-01")) "," PRICED("a", 1, ""), "a",
      "2026-03-01T00:00:00Z", 2 },
    { PRICED("a", 2, FROM("2026-02-01")) "," PRICED("a", 1, ""), "a",
      "2026-01-31T23:59:59.999Z", 1 },
    { PRICED("a", 2, FROM("2026-02-01")), "a", "2026-02-01T00:00:00Z", 2 },
    { PRICED("a", 2, FROM("2026-02-01")), "a", "2026-01-31T23:59:59.999Z", 0 },
    { PRICED("a", 2, FROM("2026-02-01T08:00:00+08:00")), "a",
      "2026-02-01T00:00:00Z", 2 },
    /* one that is not in force yet hides none */
    { PRICED("a", 2, FROM("2026-02-01")) "," PRICED("*", 1, ""), "a",
      "2026-01-01T00:00:00Z", 1 },
    /* of those, the last */
    { PRICED("a", 1, "") "," PRICED("a", 2, ""), "a", "2026-01-01T00:00:00Z",
      2 },
    /* with its date first */
    { PRICED("a", 1, "") "," PRICED("a-20260101", 2, ""), "a-20260101",
      "2026-01-01T00:00:00Z", 2 },
    { PRICED("a", 1, "") "," PRICED("a-20260101", 2, ""), "a-20260102",
      "2026-01-01T00:00:00Z", 1 },
    { PRICED("a", 1, "") "," PRICED("*", 2, ""), "a-20260102",
      "2026-01-01T00:00:00Z", 2 },
};

static void check_find(size_t i)
{
    struct buf table;
    struct prices *prices;
    const struct price *price;
    uint64_t now = 0;

    buf_init(&table, 4096);
    buf_printf(&table, "{\"models\":[%s]}", finds[i].rows);
    buf_add(&table, (struct str){ "", 1 });
    prices = read(table.mem);
    assert_true(text_parse_time(str_of(finds[i].now), &now));
    price = prices_find(prices, str_of(finds[i].model), now);
    assert_int_equal(price ? price_tokens_microusd(price, PRICE_OUTPUT, 1000000)
                           : 0,
                     finds[i].output);
    prices_free(prices);
    buf_done(&table);
}

static void the_longest_then_the_latest_then_the_last_row_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(finds); i++)
        check_find(i);
}

/* ---- what rows say ------------------------------------------------------ */

static void rows_may_differ_from_the_defaults(void **state)
{
    struct prices *prices = read(
        "{\"about\":\"x\",\"defaults\":{\"cache_read\":\"0.25\",\"context_max\":7},"
        "\"models\":[" ROW("a", "") "," ROW(
            "b", ",\"cache_read\":\"0.000001\",\"cache_write_5m\":\"3\","
                 "\"cache_write_1h\":\"0\",\"batch\":\"0.1\",\"web_search\":0,"
                 "\"context_max\":5,\"output_max\":6") "]}");
    const struct price *a = prices_find(prices, STR("a"), 0);
    const struct price *b = prices_find(prices, STR("b"), 0);

    (void)state;
    assert_int_equal(a->rates[PRICE_CACHE_READ], 250000000000);
    assert_int_equal(a->rates[PRICE_CACHE_WRITE_5M], 1250000000000);
    assert_int_equal(a->rates[PRICE_CACHE_WRITE_1H], 2000000000000);
    assert_int_equal(a->batch_millionths, 500000);
    assert_int_equal(a->web_search, 10000000000000000);
    assert_int_equal(a->context_max, 7);
    assert_int_equal(a->output_max, 128000);
    assert_int_equal(b->rates[PRICE_CACHE_READ], 1000000);
    assert_int_equal(b->rates[PRICE_CACHE_WRITE_5M], 3000000000000);
    assert_int_equal(b->rates[PRICE_CACHE_WRITE_1H], 0);
    assert_int_equal(b->batch_millionths, 100000);
    assert_int_equal(b->web_search, 0);
    assert_int_equal(b->context_max, 5);
    assert_int_equal(b->output_max, 6);
    prices_free(prices);
}

/* The dearest of each class, from whatever row. */
static void the_dearest_is_put_together(void **state)
{
    struct prices *prices =
        read(TABLE("{\"model\":\"a\",\"input\":3,\"output\":1},"
                   "{\"model\":\"b\",\"input\":1,\"output\":5,"
                   "\"cache_write_1h\":\"100\"}"));
    const struct price *safe = prices_find_safe(prices, STR("x"), 0);

    (void)state;
    assert_int_equal(safe->rates[PRICE_INPUT], 3000000);
    assert_int_equal(safe->rates[PRICE_OUTPUT], 5000000);
    assert_int_equal(safe->rates[PRICE_CACHE_WRITE_1H], 100000000);
    prices_free(prices);
}

/* ---- what is refused ---------------------------------------------------- */

#define IN(text) TABLE(ROW("a", "") "," ROW("b", "," text))

static const struct {
    const char *table;
    const char *says;
} refusals[] = {
    { "", "not valid JSON" },
    { "[]", "models must be an array of 1 to 10000 rows" },
    { "{}", "models must be an array" },
    { "{\"models\":[]}", "models must be an array" },
    { "{\"models\":{}}", "models must be an array" },
    { "{\"models\":[" ROW("a", "") "],\"x\":1}", "about defaults models" },
    { TABLE("1"), "models[0] must be an object" },
    { TABLE("{}"), "models[0]: model must be a text of 1 to 128 bytes" },
    { TABLE("{\"model\":\"\"}"), "models[0]: model must be" },
    { TABLE("{\"model\":1}"), "models[0]: model must be" },
    { TABLE("{\"model\":\"a\",\"output\":1}"), "models[0]: input is missing" },
    { TABLE("{\"model\":\"a\",\"input\":1}"), "models[0]: output is missing" },
    { TABLE("{\"model\":\"a\",\"input\":1,\"output\":-1}"),
      "models[0]: output must be a whole number of micro-dollars" },
    { TABLE("{\"model\":\"a\",\"input\":1.5,\"output\":1}"),
      "models[0]: input must be a whole number" },
    { TABLE("{\"model\":\"a\",\"input\":1000000001,\"output\":1}"),
      "models[0]: input must be a whole number of micro-dollars up to "
      "1000000000" },
    { IN("\"x\":1"), "models[1] has a member that is not known; there are: "
                     "model valid_from input" },
    { IN("\"valid_from\":\"2026-02-30\""), "models[1]: valid_from must be" },
    { IN("\"valid_from\":\"yesterday\""), "models[1]: valid_from must be" },
    { IN("\"valid_from\":\"2026-02-3T00:00:00Z\""), "valid_from must be" },
    { IN("\"valid_from\":5"), "models[1]: valid_from must be" },
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
    { IN("\"batch\":\"1.000001\""), "models[1]: batch must be a text such as "
                                    "\"0.5\": 0 to 1" },
    { IN("\"context_max\":0"), "context_max must be a whole number of tokens" },
    { "{\"defaults\":1,\"models\":[" ROW("a", "") "]}",
      "defaults must be an object" },
    { "{\"defaults\":{\"batch\":1},\"models\":[" ROW("a", "") "]}",
      "defaults: batch must be" },
    { "{\"defaults\":{\"model\":\"a\"},\"models\":[" ROW("a", "") "]}",
      "defaults has a member that is not known" },
};

static void a_bad_table_says_what_is_wrong(void **state)
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
        cmocka_unit_test(the_longest_then_the_latest_then_the_last_row_counts),
        cmocka_unit_test(rows_may_differ_from_the_defaults),
        cmocka_unit_test(the_dearest_is_put_together),
        cmocka_unit_test(a_bad_table_says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
