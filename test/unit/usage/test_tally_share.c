// SPDX-License-Identifier: MIT
/* What one worker counts. */
#include "usage/tally_share.h"

#include "unit.h"

static const struct record answered = {
    .end = RECORD_COMPLETE,
    .status = 200,
    .streamed = true,
    .attempt_count = 2,
    .attempts = { { .result = RECORD_LOST }, { .result = RECORD_DELIVERED } },
    .first_byte_us = 250000,
    .duration_us = 30000000,
    .added_us = 51,
};

static uint64_t in_all(const struct tally_histogram *histogram)
{
    uint64_t sum = 0;

    for (size_t i = 0; i <= TALLY_BOUNDS; i++)
        sum += histogram->buckets[i];
    return sum;
}

/* A bound belongs to its bucket. */
static void an_answer_counts_with_its_times(void **state)
{
    struct tally_share share = { .streams = 0 };

    (void)state;
    tally_share_add(&share, &answered);
    assert_int_equal(share.times[TALLY_FIRST_BYTE][1].buckets[1], 1);
    assert_int_equal(share.times[TALLY_FIRST_BYTE][1].sum_us, 250000);
    assert_int_equal(share.times[TALLY_DURATION][1].buckets[7], 1);
    assert_int_equal(share.times[TALLY_ADDED][1].buckets[1], 1);
    assert_int_equal(share.times[TALLY_ADDED][1].sum_us, 51);
    assert_int_equal(in_all(&share.times[TALLY_FIRST_BYTE][0]), 0);
}

static void what_is_above_all_bounds_counts(void **state)
{
    struct tally_share share = { .streams = 0 };
    struct record record = answered;

    (void)state;
    record.streamed = false;
    record.first_byte_us = UINT64_MAX / 2;
    tally_share_add(&share, &record);
    assert_int_equal(share.times[TALLY_FIRST_BYTE][0].buckets[TALLY_BOUNDS], 1);
}

/* Nobody waited for an answer of ours. */
static void others_do_not(void **state)
{
    struct tally_share share = { .streams = 0 };
    struct record record = answered;

    (void)state;
    record.end = RECORD_REFUSED;
    tally_share_add(&share, &record);
    record = answered;
    record.attempts[1].result = RECORD_ABANDONED;
    tally_share_add(&share, &record);
    record = answered;
    record.attempt_count = 0;
    tally_share_add(&share, &record);
    record = answered;
    record.batch_result = 1;
    tally_share_add(&share, &record);
    for (size_t i = 0; i < TALLY_TIMES; i++)
        assert_int_equal(in_all(&share.times[i][1]), 0);
}

static void bounds_ascend(void **state)
{
    (void)state;
    for (size_t time = 0; time < TALLY_TIMES; time++) {
        for (size_t i = 1; i < TALLY_BOUNDS; i++)
            assert_true(tally_bounds_us[time][i - 1] <
                        tally_bounds_us[time][i]);
    }
}

static void shares_are_summed_up(void **state)
{
    struct tally_share one = { .streams = 0 };
    struct tally_share two = { .streams = 0 };
    struct tally_share sum = { .streams = 0 };

    (void)state;
    tally_share_add(&one, &answered);
    tally_share_add(&two, &answered);
    tally_share_refuse(&one, LIMIT_RPM, false);
    tally_share_refuse(&two, LIMIT_RPM, false);
    tally_share_refuse(&two, LIMIT_RPM, true);
    tally_share_begin_stream(&one);
    tally_share_begin_stream(&one);
    tally_share_end_stream(&one);
    tally_share_begin_stream(&two);
    tally_share_sum(&sum, &one);
    tally_share_sum(&sum, &two);
    assert_int_equal(sum.streams, 2);
    assert_int_equal(sum.refused[LIMIT_RPM][TALLY_OF_KEY], 2);
    assert_int_equal(sum.refused[LIMIT_RPM][TALLY_OF_GROUP], 1);
    assert_int_equal(in_all(&sum.times[TALLY_ADDED][1]), 2);
    assert_int_equal(sum.times[TALLY_DURATION][1].sum_us, 60000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_counts_with_its_times),
        cmocka_unit_test(what_is_above_all_bounds_counts),
        cmocka_unit_test(others_do_not),
        cmocka_unit_test(bounds_ascend),
        cmocka_unit_test(shares_are_summed_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
