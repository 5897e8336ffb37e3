// SPDX-License-Identifier: MIT
/* One booking, priced again. */
#include "usage/reprice_row.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

#define COLUMNS 18

static struct prices *prices;

static int set_up(void **state)
{
    struct err err;

    (void)state;
    prices = prices_read(
        STR("{\"embedded\":false,\"models\":["
            "{\"model\":\"a\",\"input\":1000000,\"output\":2000000,"
            "\"valid_from\":\"2026-03-01\",\"long_context\":{\"above\":100,"
            "\"input\":\"5\",\"output\":\"1\"}},"
            "{\"model\":\"a\",\"input\":7000000,\"output\":2000000,"
            "\"valid_from\":\"2026-03-02\"}]}"),
        &err);
    return prices ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    prices_unref(prices);
    return 0;
}

/* 2026-03-01T10:00:00Z, and the midnight after it */
#define AT 1772359200000
#define MIDNIGHT 1772409600000

/* In the order of the columns from the end on; 0 and "" are NULL. */
static const struct {
    const char *name;
    int64_t ended, duration, batch, cost;
    int64_t counts[6]; /* in, out, read, 5 m, 1 h, searches */
    const char *model;
    const char *tier;
    const char *parts;
    bool known;
    uint64_t after;
} rows[] = {
    { "plain", AT, 100, 0, 5, { 10, 20 }, "a", "standard", "", true, 50 },
    { "all kinds",
      AT,
      100,
      0,
      0,
      { 10, 0, 50, 4, 2, 3 },
      "a",
      "",
      "",
      true,
      10 + 5 + 5 + 4 + 30000 },
    { "long", AT, 0, 0, 0, { 50, 1, 51 }, "a", "", "", true, 250 + 26 + 2 },
    { "a batch", AT, 0, 1, 0, { 10, 20 }, "a", "", "", true, 25 },
    { "a tier", AT, 0, 0, 0, { 10, 20 }, "a", "batch", "", true, 25 },
    { "fast",
      AT,
      0,
      0,
      0,
      { 10, 20 },
      "a",
      "",
      "[{\"speed\":\"fast\"}]",
      true,
      100 },
    { "calls of their own lengths",
      AT,
      0,
      0,
      0,
      { 180 },
      "a",
      "",
      "[{\"prompt\":90,\"input_tokens\":180}]",
      true,
      180 },
    { "without a price", AT, 0, 0, 9, { 10 }, "b", "", "", true, 9 },
    { "without a price ever", AT, 0, 0, 0, { 10 }, "b", "", "", false, 0 },
    { "without a model", AT, 0, 0, 0, { 10 }, "", "", "", false, 0 },
    { "another model",
      AT,
      0,
      0,
      0,
      { 10 },
      "a",
      "",
      "[{\"model\":\"b\",\"input_tokens\":4}]",
      false,
      0 },
    { "parts that nobody can read",
      AT,
      0,
      0,
      8,
      { 10 },
      "a",
      "",
      "[1]",
      true,
      8 },
    { "came before midnight",
      MIDNIGHT + 50,
      51,
      0,
      0,
      { 10 },
      "a",
      "",
      "",
      true,
      10 },
    { "came at midnight",
      MIDNIGHT + 50,
      50,
      0,
      0,
      { 10 },
      "a",
      "",
      "",
      true,
      70 },
    { "nothing", AT, 0, 0, 0, { 0 }, "a", "", "", false, 0 },
};

static struct sql_value some(int64_t number)
{
    return number > 0 ? sql_number(number) : sql_null();
}

static struct sql_value text(const char *text)
{
    return text[0] ? sql_text(str_of(text)) : sql_null();
}

static void a_booking_costs_what_it_would_have_cost(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sql_value values[COLUMNS] = {
            sql_number(1),
            some(rows[i].ended),
            some(rows[i].duration),
            sql_number(2),
            sql_number(3),
            sql_number(4),
            sql_null(),
            some(rows[i].batch),
            some(rows[i].cost),
            some(rows[i].counts[0]),
            some(rows[i].counts[1]),
            some(rows[i].counts[2]),
            some(rows[i].counts[3]),
            some(rows[i].counts[4]),
            some(rows[i].counts[5]),
            text(rows[i].model),
            text(rows[i].tier),
            text(rows[i].parts),
        };
        const struct sql_row row = { values, COLUMNS };
        struct reprice_row out;

        reprice_row_take(&out, &row, prices);
        if (out.change.is_known != rows[i].known ||
            out.change.after_microusd != rows[i].after)
            fail_msg("%s: %d %llu", rows[i].name, out.change.is_known,
                     (unsigned long long)out.change.after_microusd);
        assert_int_equal(out.used, strcmp(rows[i].name, "nothing") != 0);
        assert_int_equal(out.change.was_known, rows[i].cost > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_booking_costs_what_it_would_have_cost),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
