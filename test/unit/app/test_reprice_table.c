// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, for people. */
#include "app/reprice_table.h"

#include "unit.h"

static void models_stand_in_the_order_of_their_cost(void **state)
{
    struct reprice_sum sums[] = {
        { "模型-a", 12, 3, 0, 1000000, 2500000 },
        { "", 1, 0, 1, 0, 0 },
        { "claude-b", 7, 7, 0, 123456789, 23456789 },
    };
    const struct reprice_tally tally = { sums, 3 };
    struct buf out;

    (void)state;
    buf_init(&out, REPRICE_TABLE_MAX);
    reprice_table_add(&out, 0, &tally);
    unit_assert_str(
        buf_str(&out),
        "MODEL      REQUESTS  CHANGED  UNPRICED       BEFORE       AFTER    "
        "DIFFERENCE\n"
        "claude-b          7        7         0  $123.456789  $23.456789  "
        "-$100.000000\n"
        "模型-a           12        3         0    $1.000000   $2.500000    "
        "+$1.500000\n"
        "(unknown)         1        0         1    $0.000000   $0.000000     "
        "        0\n"
        "all              20       10         1  $124.456789  $25.956789   "
        "-$98.500000\n");
    buf_done(&out);
}

static void a_narrow_terminal_has_less_of_it(void **state)
{
    struct reprice_sum sums[] = {
        { "claude-sonnet-4-5-20250929", 12, 3, 0, 1000000, 2500000 },
        { "claude-b", 7, 7, 0, 123456789, 23456789 },
    };
    const struct reprice_tally tally = { sums, 2 };
    static const struct {
        size_t width;
        const char *titles;
    } cases[] = {
        { 100, "MODEL                       REQUESTS  CHANGED  UNPRICED       "
               "BEFORE       AFTER    DIFFERENCE\n" },
        { 80, "MODEL                       CHANGED       BEFORE       AFTER"
              "    DIFFERENCE\n" },
        { 50, "MODEL            CHANGED       AFTER    DIFFERENCE\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;

        buf_init(&out, REPRICE_TABLE_MAX);
        reprice_table_add(&out, cases[i].width, &tally);
        assert_true(str_starts(buf_str(&out), str_of(cases[i].titles)));
        buf_done(&out);
    }
}

/* Clients name models. */
static void a_name_does_nothing_to_the_terminal(void **state)
{
    struct reprice_sum sum = { "\x1b[31mclaude\n", 1, 1, 0, 1, 1 };
    const struct reprice_tally tally = { &sum, 1 };
    struct buf out;

    (void)state;
    buf_init(&out, REPRICE_TABLE_MAX);
    reprice_table_add(&out, 0, &tally);
    assert_false(str_contains(buf_str(&out), STR("\x1b")));
    assert_true(str_contains(buf_str(&out), STR("?[31mclaude?")));
    buf_done(&out);
}

static void nothing_is_a_table_too(void **state)
{
    const struct reprice_tally tally = { .count = 0 };
    struct buf out;

    (void)state;
    buf_init(&out, REPRICE_TABLE_MAX);
    reprice_table_add(&out, 0, &tally);
    assert_true(str_contains(buf_str(&out), STR("all")));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_stand_in_the_order_of_their_cost),
        cmocka_unit_test(a_narrow_terminal_has_less_of_it),
        cmocka_unit_test(a_name_does_nothing_to_the_terminal),
        cmocka_unit_test(nothing_is_a_table_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
