// SPDX-License-Identifier: MIT
/* Clocks. */
#include "base/clock.h"

#include "unit.h"

static void the_steady_clock_never_goes_back(void **state)
{
    uint64_t last = clock_steady_ns();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_steady_ns();

        assert_true(now >= last);
        last = now;
    }
    assert_true(clock_steady_ms() >= last / 1000000);
}

static void the_wall_clock_is_in_this_century(void **state)
{
    (void)state;
    assert_true(clock_wall_ms() > 1577836800000u); /* 2020 */
    assert_true(clock_wall_ms() < 4102444800000u); /* 2100 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_steady_clock_never_goes_back),
        cmocka_unit_test(the_wall_clock_is_in_this_century),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
