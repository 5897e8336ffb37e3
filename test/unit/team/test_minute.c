// SPDX-License-Identifier: MIT
/* team/minute: any sixty seconds. */
#include "team/minute.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void a_slot_counts_until_it_has_passed(void **state)
{
    struct minute minute = { .last = 0 };

    (void)state;
    assert_int_equal(minute_add(&minute, 1000, 5), 1000);
    (void)minute_add(&minute, 1030, 7);
    assert_int_equal(minute_sum(&minute, 1059), 12);
    /* what came at 1000.9 is 59.1 s old at 1060.0 */
    assert_int_equal(minute_sum(&minute, 1060), 12);
    assert_int_equal(minute_sum(&minute, 1061), 7);
    assert_int_equal(minute_sum(&minute, 1091), 0);
    assert_int_equal(minute_sum(&minute, 900000), 0);
}

static void it_is_known_when_it_opens(void **state)
{
    struct minute minute = { .last = 0 };

    (void)state;
    assert_int_equal(minute_opens(&minute, 1000, 0), 1000);
    (void)minute_add(&minute, 1000, 5);
    (void)minute_add(&minute, 1030, 7);
    assert_int_equal(minute_opens(&minute, 1040, 12), 1040);
    assert_int_equal(minute_opens(&minute, 1040, 11), 1061);
    assert_int_equal(minute_opens(&minute, 1040, 7), 1061);
    assert_int_equal(minute_opens(&minute, 1040, 6), 1091);
    assert_int_equal(minute_opens(&minute, 1040, 0), 1091);
}

static void a_count_is_corrected_while_it_is_in_sight(void **state)
{
    struct minute minute = { .last = 0 };

    (void)state;
    (void)minute_add(&minute, 1000, 5);
    minute_correct(&minute, 1000, 5, 2);
    assert_int_equal(minute_sum(&minute, 1010), 2);
    minute_correct(&minute, 1000, 2, 9);
    assert_int_equal(minute_sum(&minute, 1060), 9);
    assert_int_equal(minute_sum(&minute, 1061), 0);
    minute_correct(&minute, 1000, 9, 0);
    assert_int_equal(minute_sum(&minute, 1061), 0);
}

static void a_clock_that_is_behind_counts_in_the_latest_second(void **state)
{
    struct minute minute = { .last = 0 };

    (void)state;
    (void)minute_add(&minute, 1001, 1);
    assert_int_equal(minute_add(&minute, 1000, 1), 1001);
    assert_int_equal(minute_sum(&minute, 999), 2);
    minute_correct(&minute, 1001, 1, 0);
    assert_int_equal(minute_sum(&minute, 1001), 1);
}

/* Against a plain list of what happened. */
static void never_less_than_what_the_last_sixty_seconds_had(void **state)
{
    struct minute minute = { .last = 0 };
    uint64_t at[4000];
    uint64_t second = 5;

    (void)state;
    srand(7);
    for (size_t i = 0; i < 4000; i++) {
        uint64_t want = 0;

        second += (uint64_t)(rand() % 20 == 0 ? rand() % 90 : rand() % 2);
        at[i] = minute_add(&minute, second, 1);
        for (size_t j = 0; j <= i; j++)
            want += at[j] + MINUTE_SLOTS > second;
        assert_int_equal(minute_sum(&minute, second), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_counts_until_it_has_passed),
        cmocka_unit_test(it_is_known_when_it_opens),
        cmocka_unit_test(a_count_is_corrected_while_it_is_in_sight),
        cmocka_unit_test(a_clock_that_is_behind_counts_in_the_latest_second),
        cmocka_unit_test(never_less_than_what_the_last_sixty_seconds_had),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
