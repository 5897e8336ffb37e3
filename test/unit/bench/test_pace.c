// SPDX-License-Identifier: MIT
/* What is due when, and what a late request counts. */
#include "bench/pace.h"

#include "base/macros.h"
#include "bench/samples.h"
#include "unit.h"

#define MS 1000000u
#define SECOND (1000u * MS)

static void things_are_due_at_a_fixed_rate(void **state)
{
    static const struct {
        uint64_t per_second;
        uint64_t done;
        uint64_t want_ns; /* after the start */
    } cases[] = {
        { 1, 0, 0 },
        { 1, 7, 7ull * SECOND },
        { 200, 1, 5 * MS },
        { 3000, 1, 333333 },
        { 3000, 2, 666666 },
        { 3000, 3, MS }, /* rounding does not add up */
        { 3000, 3000 * 3600ull, 3600ull * SECOND },
        { 1000000, 1999999, 1999999000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pace pace = { 42, cases[i].per_second, cases[i].done };

        assert_int_equal(pace_next_ns(&pace) - 42, cases[i].want_ns);
    }
}

static void nothing_is_taken_before_it_is_due(void **state)
{
    struct pace pace = { 100, 1000, 0 };
    uint64_t due_ns = 0;

    (void)state;
    assert_false(pace_take(&pace, 99, &due_ns));
    assert_true(pace_take(&pace, 100, &due_ns));
    assert_false(pace_take(&pace, 100 + MS - 1, &due_ns));
    assert_true(pace_take(&pace, 100 + MS, &due_ns));
    assert_int_equal(due_ns, 100 + MS);
    assert_int_equal(pace.done, 2);
}

/* A target that answers in 1 ms, but stands still from 100 ms to 200 ms, and is
   asked 1,000 times a second over one connection: a closed loop would count one
   slow answer; here everybody counts who was meant to be asked meanwhile. */
static void those_who_had_to_wait_count_from_when_they_were_due(void **state)
{
    struct pace pace = { 0, 1000, 0 };
    struct samples latency = { 0 };
    uint64_t free_ns = 0;
    uint64_t due_ns;

    (void)state;
    while (pace.done < 1000) {
        uint64_t now_ns = pace_next_ns(&pace);

        now_ns = now_ns > free_ns ? now_ns : free_ns;
        assert_true(pace_take(&pace, now_ns, &due_ns));
        if (now_ns >= 100 * MS && now_ns < 200 * MS)
            now_ns = 200 * MS;
        free_ns = now_ns + MS / 2;
        samples_add(&latency, free_ns - due_ns);
    }
    samples_sort(&latency);
    /* 100 were due during the stall, and 100 more before all had caught up. */
    assert_int_equal(samples_percentile(&latency, 50), MS / 2);
    assert_int_equal(samples_percentile(&latency, 79), MS / 2);
    assert_true(samples_percentile(&latency, 81) > MS / 2);
    assert_in_range(samples_percentile(&latency, 90), 45 * MS, 55 * MS);
    assert_int_equal(samples_percentile(&latency, 100), 100 * MS + MS / 2);
    samples_done(&latency);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_due_at_a_fixed_rate),
        cmocka_unit_test(nothing_is_taken_before_it_is_due),
        cmocka_unit_test(those_who_had_to_wait_count_from_when_they_were_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
