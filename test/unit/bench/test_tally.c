// SPDX-License-Identifier: MIT
/* What counts. */
#include "bench/tally.h"

#include "base/macros.h"
#include "unit.h"

static void a_request_counts_if_it_was_meant_to_start_in_the_measurement(
    void **state)
{
    static const struct {
        uint64_t start_ns;
        uint64_t end_ns;
        bool running;
        uint64_t intended_ns;
        bool want;
    } cases[] = {
        { 0, 0, false, 5, false },    { 10, 0, true, 9, false },
        { 10, 0, true, 10, true },    { 10, 20, false, 19, true },
        { 10, 20, false, 20, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tally tally = { .start_ns = cases[i].start_ns,
                               .end_ns = cases[i].end_ns,
                               .running = cases[i].running };

        assert_int_equal(tally_is_within(&tally, cases[i].intended_ns),
                         cases[i].want);
    }
}

static void the_first_fault_is_told(void **state)
{
    struct tally tally = { 0 };

    (void)state;
    tally_break(&tally, "first", 502);
    tally_break(&tally, "second", 0);
    assert_int_equal(tally.broken, 2);
    assert_string_equal(tally.fault, "first (status 502)");
    tally_done(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_request_counts_if_it_was_meant_to_start_in_the_measurement),
        cmocka_unit_test(the_first_fault_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
