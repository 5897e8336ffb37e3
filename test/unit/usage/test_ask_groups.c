// SPDX-License-Identifier: MIT
/* Rows by number. */
#include "usage/ask_groups.h"

#include "base/mem.h"
#include "unit.h"

static void a_number_has_one_row(void **state)
{
    struct ask_groups groups;
    struct ask_row *rows;
    size_t count;

    (void)state;
    ask_groups_init(&groups);
    for (int64_t i = 0; i < 3000; i++)
        ask_groups_row(&groups, (i % 1000) * 3600 - 7200)->sums[0]++;
    rows = ask_groups_take(&groups, &count);
    assert_int_equal(count, 1000);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].number, (int64_t)i * 3600 - 7200);
        assert_int_equal(rows[i].sums[0], 3);
    }
    mem_free(rows);
    ask_groups_done(&groups);
}

static void what_was_not_used_is_left_out(void **state)
{
    struct ask_groups groups;
    struct ask_row *rows;
    size_t count;

    (void)state;
    ask_groups_init(&groups);
    (void)ask_groups_row(&groups, 1);
    ask_groups_row(&groups, 2)->sums[ASK_REQUESTS] = 5;
    ask_groups_row(&groups, 3)->sums[ASK_COST_MICROUSD] = 5;
    rows = ask_groups_take(&groups, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].number, 2);
    mem_free(rows);
}

static void there_is_an_end_to_them(void **state)
{
    struct ask_groups groups;

    (void)state;
    ask_groups_init(&groups);
    for (int64_t i = 0; i < ASK_GROUPS_MAX; i++)
        assert_non_null(ask_groups_row(&groups, i));
    assert_null(ask_groups_row(&groups, ASK_GROUPS_MAX));
    assert_non_null(ask_groups_row(&groups, 5));
    ask_groups_done(&groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_one_row),
        cmocka_unit_test(what_was_not_used_is_left_out),
        cmocka_unit_test(there_is_an_end_to_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
