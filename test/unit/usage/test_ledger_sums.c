// SPDX-License-Identifier: MIT
/* Sums by four numbers. */
#include "usage/ledger_sums.h"

#include "unit.h"

static struct ledger_sum sum_of(int64_t hour, int64_t holder, int64_t model)
{
    return (struct ledger_sum){
        .key = { hour, holder, 1, model },
        .of = { [LEDGER_REQUESTS] = 1, [LEDGER_COST] = hour + holder }
    };
}

static void what_has_the_same_key_is_added_up(void **state)
{
    const struct ledger_sum rows[] = { sum_of(3600, 1, 5), sum_of(3600, 2, 5),
                                       sum_of(3600, 1, 5), sum_of(0, 1, 5),
                                       sum_of(3600, 1, 4) };
    struct ledger_sums sums = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ledger_sums_add(&sums, &rows[i]);
    ledger_sums_sort(&sums);
    assert_int_equal(sums.count, 4);
    assert_int_equal(sums.at[0].key[0], 0);
    assert_int_equal(sums.at[1].key[3], 4);
    assert_int_equal(sums.at[2].of[LEDGER_REQUESTS], 2);
    assert_int_equal(sums.at[2].of[LEDGER_COST], 7202);
    assert_int_equal(sums.at[3].key[1], 2);
    ledger_sums_done(&sums);
}

static void thousands_are_all_there(void **state)
{
    struct ledger_sums sums = { 0 };

    (void)state;
    for (int64_t turn = 0; turn < 3; turn++) {
        for (int64_t i = 0; i < 5000; i++) {
            const struct ledger_sum sum = sum_of(i % 7 * 3600, i, i % 3);

            ledger_sums_add(&sums, &sum);
        }
    }
    ledger_sums_sort(&sums);
    assert_int_equal(sums.count, 5000);
    for (size_t i = 0; i < sums.count; i++)
        assert_int_equal(sums.at[i].of[LEDGER_REQUESTS], 3);
    ledger_sums_done(&sums);
}

static void a_cleared_one_is_empty(void **state)
{
    const struct ledger_sum sum = sum_of(3600, 1, 1);
    struct ledger_sums sums = { 0 };

    (void)state;
    ledger_sums_clear(&sums);
    ledger_sums_add(&sums, &sum);
    ledger_sums_clear(&sums);
    assert_int_equal(sums.count, 0);
    ledger_sums_add(&sums, &sum);
    assert_int_equal(sums.at[0].of[LEDGER_REQUESTS], 1);
    ledger_sums_done(&sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_the_same_key_is_added_up),
        cmocka_unit_test(thousands_are_all_there),
        cmocka_unit_test(a_cleared_one_is_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
