// SPDX-License-Identifier: MIT
/* Percentiles. */
#include "bench/samples.h"

#include "base/macros.h"
#include "unit.h"

static void a_percentile_is_a_sample_at_the_nearest_rank(void **state)
{
    static const struct {
        size_t count; /* samples 1, 2, ... count */
        double percent;
        uint64_t want;
    } cases[] = {
        { 0, 50, 0 },     { 1, 0, 1 },       { 1, 50, 1 },
        { 1, 100, 1 },    { 2, 50, 1 },      { 2, 51, 2 },
        { 3, 50, 2 },     { 4, 50, 2 },      { 100, 50, 50 },
        { 100, 99, 99 },  { 100, 1, 1 },     { 100, 100, 100 },
        { 101, 99, 100 }, { 1000, 99, 990 }, { 10000, 99, 9900 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = { 0 };

        for (size_t k = cases[i].count; k > 0; k--)
            samples_add(&samples, k);
        samples_sort(&samples);
        assert_int_equal(samples_percentile(&samples, cases[i].percent),
                         cases[i].want);
        samples_done(&samples);
    }
}

static void every_sample_counts(void **state)
{
    struct samples samples = { 0 };

    (void)state;
    for (uint64_t i = 0; i < 99; i++)
        samples_add(&samples, 5);
    samples_add(&samples, UINT64_MAX);
    samples_sort(&samples);
    assert_int_equal(samples.count, 100);
    assert_int_equal(samples_percentile(&samples, 99), 5);
    assert_true(samples_percentile(&samples, 99.5) == UINT64_MAX);
    samples_done(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percentile_is_a_sample_at_the_nearest_rank),
        cmocka_unit_test(every_sample_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
