// SPDX-License-Identifier: MIT
/* Words of a record. */
#include "usage/record.h"

#include "unit.h"

static void each_end_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RECORD_ENDS; i++) {
        const char *word = record_end_word((enum record_end)i);

        assert_non_null(word);
        assert_int_equal(record_end_of(str_of(word)), i);
    }
}

static void another_word_is_no_end(void **state)
{
    (void)state;
    assert_int_equal(record_end_of(STR("Complete")), RECORD_ENDS);
    assert_int_equal(record_end_of(STR_EMPTY), RECORD_ENDS);
}

static void each_result_has_a_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RECORD_RESULTS; i++)
        assert_non_null(record_result_word((enum record_result)i));
}

static void all_but_the_one_that_was_answered_failed(void **state)
{
    static const struct {
        size_t count;
        enum record_result last;
        size_t failures;
    } cases[] = {
        { 0, RECORD_LOST, 0 },      { 1, RECORD_DELIVERED, 0 },
        { 1, RECORD_ABANDONED, 0 }, { 1, RECORD_UNREACHABLE, 1 },
        { 3, RECORD_DELIVERED, 2 }, { 3, RECORD_LOST, 3 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct record record = { .attempt_count = cases[i].count };

        for (size_t k = 0; k < cases[i].count; k++)
            record.attempts[k].result =
                k + 1 < cases[i].count ? RECORD_STALE : cases[i].last;
        assert_int_equal(record_failures(&record), cases[i].failures);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_has_a_word_of_its_own),
        cmocka_unit_test(another_word_is_no_end),
        cmocka_unit_test(each_result_has_a_word),
        cmocka_unit_test(all_but_the_one_that_was_answered_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
