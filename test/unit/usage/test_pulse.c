// SPDX-License-Identifier: MIT
/* How things go just now. */
#include "usage/pulse.h"

#include <string.h>

#include "unit.h"

#define NOW 1796000000000ull
#define MINUTE 60000ull
#define HOUR (60 * MINUTE)

static struct pulse pulse;

static int set_up(void **state)
{
    (void)state;
    memset(&pulse, 0, sizeof(pulse));
    return 0;
}

static void end(enum record_end ending, uint32_t first_byte_ms, uint64_t at_ms)
{
    const struct booking booking = {
        .status = 200,
        .ending = (uint8_t)ending,
        .first_byte_ms = first_byte_ms,
        .counts = { [BOOKING_TOKENS_IN] = 10,
                    [BOOKING_TOKENS_OUT] = 5,
                    [BOOKING_CACHE_READ] = 100,
                    [BOOKING_SEARCHES] = 7 },
    };

    pulse_add(&pulse, &booking, at_ms);
}

static struct pulse_figures look(uint64_t at_ms)
{
    struct pulse_figures figures;

    pulse_look(&pulse, at_ms, &figures);
    return figures;
}

static void at_first_there_is_nothing(void **state)
{
    struct pulse_figures figures = look(NOW);

    (void)state;
    assert_int_equal(figures.requests_minute, 0);
    assert_int_equal(figures.tokens_minute, 0);
    assert_int_equal(figures.failed_hour_ppm, 0);
    assert_false(figures.timed);
}

static void a_minute_is_counted_and_passes(void **state)
{
    (void)state;
    end(RECORD_COMPLETE, 4, NOW);
    end(RECORD_COMPLETE, 4, NOW + 30000);
    assert_int_equal(look(NOW + 30000).requests_minute, 2);
    assert_int_equal(look(NOW + 30000).tokens_minute, 230);
    assert_int_equal(look(NOW + MINUTE).requests_minute, 1);
    assert_int_equal(look(NOW + 2 * MINUTE).requests_minute, 0);
}

static void failures_are_a_share_of_an_hour(void **state)
{
    (void)state;
    end(RECORD_CUT, 4, NOW);
    end(RECORD_CANCELLED, 4, NOW + 1);
    end(RECORD_COMPLETE, 4, NOW + 30 * MINUTE);
    end(RECORD_COMPLETE, 4, NOW + 30 * MINUTE);
    assert_int_equal(look(NOW + 30 * MINUTE).failed_hour_ppm, 250000);
    assert_int_equal(look(NOW + HOUR).failed_hour_ppm, 0);
}

static void a_slot_is_taken_anew_after_an_hour(void **state)
{
    (void)state;
    end(RECORD_COMPLETE, 4, NOW);
    end(RECORD_COMPLETE, 4, NOW + HOUR);
    assert_int_equal(look(NOW + HOUR).requests_minute, 1);
}

static void a_clock_that_goes_back_brings_nothing_of_the_future(void **state)
{
    (void)state;
    end(RECORD_COMPLETE, 4, NOW);
    assert_int_equal(look(NOW - HOUR / 2).requests_minute, 0);
}

static void times_have_a_median_and_a_tail(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 100; i++)
        end(RECORD_COMPLETE, i, NOW);
    end(RECORD_COMPLETE, 0, NOW); /* none left */
    assert_true(look(NOW).timed);
    assert_int_equal(look(NOW).first_byte_p50_ms, 50);
    assert_int_equal(look(NOW).first_byte_p95_ms, 95);
    assert_false(look(NOW + PULSE_TIMES_MS).timed);
}

static void only_the_newest_times_count(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PULSE_TIMES; i++)
        end(RECORD_COMPLETE, 1000, NOW);
    for (uint32_t i = 0; i < PULSE_TIMES; i++)
        end(RECORD_COMPLETE, 7, NOW);
    assert_int_equal(look(NOW).first_byte_p95_ms, 7);
}

static void one_time_is_both(void **state)
{
    (void)state;
    end(RECORD_COMPLETE, 9, NOW);
    assert_int_equal(look(NOW).first_byte_p50_ms, 9);
    assert_int_equal(look(NOW).first_byte_p95_ms, 9);
}

static void results_of_batches_are_no_requests(void **state)
{
    const struct booking result = { .flags = BOOKING_OF_BATCH };

    (void)state;
    pulse_add(&pulse, &result, NOW);
    assert_int_equal(look(NOW).requests_minute, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(at_first_there_is_nothing),
        TEST(a_minute_is_counted_and_passes),
        TEST(failures_are_a_share_of_an_hour),
        TEST(a_slot_is_taken_anew_after_an_hour),
        TEST(a_clock_that_goes_back_brings_nothing_of_the_future),
        TEST(times_have_a_median_and_a_tail),
        TEST(only_the_newest_times_count),
        TEST(one_time_is_both),
        TEST(results_of_batches_are_no_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
