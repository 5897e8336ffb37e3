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
    /* an id before any pattern, with or without its date */
    { PRICED("a", 1, "") "," PRICED("*", 2, ""), "a-20260102",
      "2026-01-01T00:00:00Z", 1 },
    { PRICED("a*", 2, "") "," PRICED("a", 1, ""), "a", "2026-01-01T00:00:00Z",
      1 },
    { PRICED("a", 1, "") "," PRICED("a-2026*", 2, ""), "a-20260102",
      "2026-01-01T00:00:00Z", 1 },
    { PRICED("a", 1, FROM("2026-02-01")) "," PRICED("a-2026*", 2, ""),
      "a-20260102", "2026-01-01T00:00:00Z", 2 },
    /* a pattern may be meant for either */
    { PRICED("?", 1, ""), "a-20260102", "2026-01-01T00:00:00Z", 1 },
    { PRICED("?", 1, "") "," PRICED("*2", 2, ""), "a-20260102",
      "2026-01-01T00:00:00Z", 2 },
    /* those of the program's own are behind: theirs are ids */
    { PRICED("claude-*", 1, ""), "claude-sonnet-5", "2026-01-01T00:00:00Z", 1 },
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
    prices_unref(prices);
    buf_done(&table);
}

static void the_id_then_the_longest_pattern_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(finds); i++)
        check_find(i);
}

/* The dearest of each class, from whatever row. */
static void the_dearest_is_put_together(void **state)
{
    struct prices *prices =
        read("{\"embedded\":false,\"models\":["
             "{\"model\":\"a\",\"input\":3,\"output\":1},"
             "{\"model\":\"b\",\"input\":1,\"output\":5,"
             "\"cache_write_1h\":\"100\"},"
             "{\"model\":\"c\",\"input\":2,\"output\":1,\"long_context\":"
             "{\"above\":9,\"input\":\"1.4\",\"output\":\"5.001\"}}]}");
    const struct price *safe = prices_find_safe(prices, STR("x"), 0);

    (void)state;
    assert_int_equal(safe->rates[PRICE_INPUT], 3000000);
    assert_int_equal(safe->rates[PRICE_OUTPUT], 5001000);
    assert_int_equal(safe->rates[PRICE_CACHE_WRITE_1H], 100000000);
    prices_unref(prices);
}

/* ---- in front of what the program brings along -------------------------- */

static uint64_t output_of(const struct prices *prices, const char *model,
                          uint64_t now_ms)
{
    const struct price *price = prices_find(prices, str_of(model), now_ms);

    return price ? price_tokens_microusd(price, PRICE_OUTPUT, 1000000) : 0;
}

static void rows_of_a_table_hide_those_behind(void **state)
{
    struct prices *prices =
        read(TABLE(PRICED("claude-opus-5", 7, "") "," PRICED(
            "claude-h*", 8,
            "") "," PRICED("claude-sonnet-5", 9,
                           FROM("2026-12-01")) "," PRICED("new", 6, "")));
    const uint64_t before = 1796083199999;

    (void)state;
    assert_int_equal(output_of(prices, "claude-opus-5", before), 7);
    assert_int_equal(output_of(prices, "claude-opus-5-20260724", before), 7);
    assert_int_equal(output_of(prices, "claude-haiku-4-5-20251001", before), 8);
    assert_int_equal(output_of(prices, "new", before), 6);
    assert_int_equal(output_of(prices, "claude-fable-5", before), 50000000);
    assert_int_equal(output_of(prices, "claude-sonnet-5", before), 10000000);
    assert_int_equal(output_of(prices, "claude-sonnet-5", before + 1), 9);
    assert_true(prices_know(prices, STR("new")));
    assert_true(prices_know(prices, STR("claude-fable-5")));
    prices_unref(prices);
}

static void a_table_may_stand_alone(void **state)
{
    struct prices *prices = read(
        "{\"embedded\":false,\"models\":[" PRICED("claude-opus-5", 7, "") "]}");

    (void)state;
    assert_int_equal(output_of(prices, "claude-opus-5", 1), 7);
    assert_int_equal(output_of(prices, "claude-fable-5", 1), 0);
    prices_unref(prices);
}

/* The defaults of a table are for its own rows. */
static void defaults_stay_with_their_rows(void **state)
{
    struct prices *prices = read(
        "{\"defaults\":{\"cache_read\":\"1\"},\"models\":[" ROW("a", "") "]}");
    const struct price *own = prices_find(prices, STR("a"), 0);
    const struct price *behind = prices_find(prices, STR("claude-opus-5"), 0);

    (void)state;
    assert_int_equal(own->rates[PRICE_CACHE_READ], 1000000000000);
    assert_int_equal(behind->rates[PRICE_CACHE_READ], 500000000000);
    prices_unref(prices);
}

/* ---- which table it is -------------------------------------------------- */

static const struct {
    const char *table;
    const char *version; /* without that of the program's own */
} versions[] = {
    /* printf '%s' '{...}' | sha256sum */
    { "{\"version\":\"2026.11_b-3\",\"models\":[" ROW("a", "") "]}",
      "2026.11_b-3:6b4f72" },
    { "{\"version\":\"2026.11_b-3\",\"models\":[" ROW("b", "") "]}",
      "2026.11_b-3:f838e1" },
    { "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":1}]}",
      "7572b2da5226" },
    { "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2}]}",
      "dbcd65c6202a" },
};

static void a_table_tells_which_it_is(void **state)
{
    struct prices *own = prices_default();

    (void)state;
    assert_true(strlen(prices_version(own)) > 0);
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct prices *prices = read(versions[i].table);
        const char *version = prices_version(prices);
        size_t len = strlen(versions[i].version);

        if (strncmp(version, versions[i].version, len) != 0)
            fail_msg("row %zu: %s", i, version);
        assert_int_equal(version[len], '+');
        assert_string_equal(version + len + 1, prices_version(own));
        prices_unref(prices);
    }
    prices_unref(own);
}

/* ---- what is refused ---------------------------------------------------- */

/* 150 bytes */
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG_NAME FIFTY FIFTY FIFTY

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
    { "{\"models\":[],\"models\":[]}", "not valid JSON" },
    { "{\"models\":[" ROW("a", "") "],\"x\":1}",
      "the table has the member \"x\", which is not known; there are: about "
      "version embedded defaults models" },
    { "{\"models\":[" ROW("a", "") "],\"embedded\":0}",
      "embedded must be true or false" },
    { "{\"models\":[" ROW("a", "") "],\"version\":5}", "version must be" },
    { "{\"models\":[" ROW("a", "") "],\"version\":\"\"}", "version must be" },
    { "{\"models\":[" ROW("a", "") "],\"version\":\"a+b\"}",
      "version must be a text of 1 to 32 letters" },
    { "{\"models\":[" ROW("a", "") "],\"version\":"
                                   "\"123456789012345678901234567890123\"}",
      "version must be" },
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
    { IN("\"x\":1"),
      "models[1] has the member \"x\", which is not known; there are: "
      "model valid_from input" },
    { IN("\"valid_from\":\"2026-02-30\""), "models[1]: valid_from must be" },
    { IN("\"valid_from\":\"yesterday\""), "models[1]: valid_from must be" },
    { IN("\"valid_from\":\"2026-02-3T00:00:00Z\""), "valid_from must be" },
    { IN("\"valid_from\":5"), "models[1]: valid_from must be" },
    { "{\"defaults\":1,\"models\":[" ROW("a", "") "]}",
      "defaults must be an object" },
    { "{\"defaults\":{\"web_search\":-1},\"models\":[" ROW("a", "") "]}",
      "defaults: web_search must be" },
    { "{\"defaults\":{\"model\":\"a\"},\"models\":[" ROW("a", "") "]}",
      "defaults has the member \"model\", which is not known; there are: input" },
    { IN("\"in\\u001bput\\u202e\":1"),
      "models[1] has the member \"in?put?\", which is not known" },
    { IN("\"sk-ant-x\":1"), "the member \"(not shown)\", which is not known" },
    { IN("\"\":1"), "the member \"\", which is not known" },
    { IN("\"" LONG_NAME LONG_NAME "\":1"),
      LONG_NAME "...\", which is not known; there are: model valid_from input "
                "output cache_write_5m cache_write_1h cache_read web_search "
                "context_max output_max service_tier speed inference_geo "
                "long_context" },
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
        cmocka_unit_test(the_id_then_the_longest_pattern_counts),
        cmocka_unit_test(the_dearest_is_put_together),
        cmocka_unit_test(rows_of_a_table_hide_those_behind),
        cmocka_unit_test(a_table_may_stand_alone),
        cmocka_unit_test(defaults_stay_with_their_rows),
        cmocka_unit_test(a_table_tells_which_it_is),
        cmocka_unit_test(a_bad_table_says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
