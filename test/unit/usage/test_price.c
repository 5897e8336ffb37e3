// SPDX-License-Identifier: MIT
/* Which price is whose. */
#include "usage/price.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
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
    { "claude-haiku-5-5", 100000, 500000 },
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

/* A glob over the names, or a name with what follows it. */
/* ---- which rows are in force ---------------------------------------------- */

#define ROW(model, more)                                                       \
    "{\"model\":\"" model "\",\"input\":1,\"output\":1" more "},"
#define FROM(date) ",\"valid_from\":\"" date "\""

/* NOW is 2026-09-21. */
static const char own_rows[] = "{\"models\":[" ROW("claude-opus-5-5", "")
    ROW("a", "") ROW("a", FROM("2026-01-01")) ROW("a", FROM("2026-12-01")) ROW(
        "b", "") ROW("B", "") ROW("x-*", "") ROW("x-*", "") ROW("x-1", "")
        ROW("claude-sonnet-*", FROM("2026-12-01")) ROW("claude-haiku-?-5", "")
            ROW("claude-fable-5-2026?801",
                "") "{\"model\":\"claude-mythos*\",\"input\":1,\"output\":1}]}";

struct reaching {
    const struct prices *prices;
    struct buf own;
    size_t behind;
};

static void note_reached(void *arg, const struct price *price, bool own)
{
    struct reaching *reaching = arg;

    if (!prices_reach(reaching->prices, price, NOW))
        return;
    reaching->behind += !own;
    if (own)
        buf_printf(&reaching->own, STR_FMT "%s ", STR_ARG(price->model),
                   price->valid_from_ms > NOW ? "+" : "");
}

static void count_behind(void *arg, const struct price *price, bool own)
{
    (void)price;
    *(size_t *)arg += !own;
}

/* Of the program's: the opus, three haikus, and both mythos. */
static void hidden_rows_are_told_from_others(void **state)
{
    struct err err;
    struct prices *prices = prices_read(str_of(own_rows), &err);
    struct reaching reaching = { .prices = prices };
    size_t behind = 0;

    (void)state;
    if (!prices)
        fail_msg("%s", err.text);
    buf_init(&reaching.own, 1000);
    prices_each(prices, note_reached, &reaching);
    prices_each(prices, count_behind, &behind);
    unit_assert_str(buf_str(&reaching.own),
                    "claude-opus-5-5 a a+ B x-* x-1 claude-sonnet-*+ "
                    "claude-haiku-?-5 claude-fable-5-2026?801 "
                    "claude-mythos* ");
    assert_int_equal(behind - reaching.behind, 6);
    buf_done(&reaching.own);
    prices_unref(prices);
}

static void count_own(void *arg, const struct price *price, bool own)
{
    (void)price;
    *(size_t *)arg += own;
}

/* Nobody could take them away. */
static void no_row_of_the_program_is_ones_own(void **state)
{
    struct prices *prices = prices_default();
    size_t own = 0;
    size_t behind = 0;

    (void)state;
    prices_each(prices, count_own, &own);
    prices_each(prices, count_behind, &behind);
    assert_int_equal(own, 0);
    assert_true(behind > 0);
    prices_unref(prices);
}

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
        cmocka_unit_test(hidden_rows_are_told_from_others),
        cmocka_unit_test(no_row_of_the_program_is_ones_own),
        cmocka_unit_test(patterns_of_models_are_known),
        cmocka_unit_test(models_are_found_with_and_without_their_date),
        cmocka_unit_test(a_model_without_a_price_counts_as_the_dearest),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
