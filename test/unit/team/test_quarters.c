// SPDX-License-Identifier: MIT
/* team/quarters: a sorted list of quarter hours. */
#include "team/quarters.h"

#include "unit.h"

static const struct use one = { 1, 2, 3, 4 };

static void they_are_kept_in_order(void **state)
{
    static const uint64_t order[] = { 900, 2700, 0, 1800, 900, 2700, 4500 };
    struct quarters quarters = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < 7; i++)
        quarters_add(&quarters, order[i], &one);
    assert_int_equal(quarters.count, 5);
    for (size_t i = 1; i < quarters.count; i++)
        assert_true(quarters.at[i].start_s > quarters.at[i - 1].start_s);
    assert_int_equal(quarters.at[1].use.cost_microusd, 8);
    assert_int_equal(quarters_sum(&quarters, 0, 4501).requests, 7);
    assert_int_equal(quarters_sum(&quarters, 900, 2700).tokens_in, 6);
    assert_int_equal(quarters_sum(&quarters, 901, 2701).tokens_out, 9);
    assert_int_equal(quarters_before(&quarters, 900), 1);
    assert_int_equal(quarters_before(&quarters, 901), 2);
    quarters_drop(&quarters, 2);
    assert_int_equal(quarters.at[0].start_s, 1800);
    quarters_drop(&quarters, 3);
    assert_null(quarters.at);
    quarters_add(&quarters, 0, &one);
    quarters_done(&quarters);
}

/* A clock that was ahead for a day has booked no more than 96 of them. */
static void the_newest_do_not_prove_the_time(void **state)
{
    struct quarters quarters = { .count = 0 };

    (void)state;
    for (uint64_t i = 0; i < QUARTERS_DOUBTED; i++)
        quarters_add(&quarters, 1000000 * QUARTER_S + i * QUARTER_S, &one);
    assert_int_equal(quarters_certain_s(&quarters, UINT64_MAX), 0);
    quarters_add(&quarters, 7 * QUARTER_S, &one);
    assert_int_equal(quarters_certain_s(&quarters, UINT64_MAX), 7 * QUARTER_S);
    assert_int_equal(quarters_certain_s(&quarters, 6 * QUARTER_S),
                     6 * QUARTER_S);
    quarters_add(&quarters, 9 * QUARTER_S, &one);
    assert_int_equal(quarters_certain_s(&quarters, UINT64_MAX), 9 * QUARTER_S);
    quarters_done(&quarters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_kept_in_order),
        cmocka_unit_test(the_newest_do_not_prove_the_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
