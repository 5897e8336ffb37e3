// SPDX-License-Identifier: MIT
/* Points of minutes, hours and days, and what they forget. */
#include "usage/series_scale.h"

#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "unit.h"

#define NOON "2026-11-30T12:00:00Z"

static uint64_t ms_of(const char *time)
{
    uint64_t ms;

    assert_true(text_parse_time(str_of(time), &ms));
    return ms;
}

static void add(struct series_scale *scale, const char *ended,
                uint64_t duration_ms, uint64_t first_byte_ms)
{
    series_scale_add(scale,
                     &(struct series_booking){
                         .ended_ms = ms_of(ended),
                         .began_ms = ms_of(ended) - duration_ms,
                         .first_byte_ms = first_byte_ms,
                         .sums = { [ASK_REQUESTS] = 1, [ASK_OUTPUT] = 10 } });
}

static const struct series_running nothing = { .count = 0 };

static struct series_figures figures(const struct series_scale *scale,
                                     enum series_range range, const char *now,
                                     size_t back)
{
    struct series_figures out;

    series_scale_figures(scale,
                         series_window(range, zone_utc(), ms_of(now), back),
                         &nothing, &out);
    return out;
}

static void words_are_ranges(void **state)
{
    (void)state;
    assert_int_equal(series_range_of(STR("hour")), SERIES_HOUR);
    assert_int_equal(series_range_of(STR("month")), SERIES_MONTH);
    assert_int_equal(series_range_of(STR("year")), SERIES_RANGES);
    assert_string_equal(series_range_word(SERIES_DAY), "day");
}

static void windows_follow_each_other(void **state)
{
    struct zone *zone = zone_fixed(STR("+05:30"));
    static const struct {
        enum series_range range;
        const char *start; /* of the last but one */
    } cases[] = { { SERIES_HOUR, "2026-11-30T11:59:00Z" },
                  { SERIES_DAY, "2026-11-30T11:00:00Z" },
                  { SERIES_MONTH, "2026-11-28T18:30:00Z" } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone_window now =
            series_window(cases[i].range, zone, ms_of(NOON) + 1, 0);
        struct zone_window last =
            series_window(cases[i].range, zone, ms_of(NOON) + 1, 1);

        assert_int_equal(last.start_ms, ms_of(cases[i].start));
        assert_int_equal(last.end_ms, now.start_ms);
    }
    zone_free(zone);
}

static void what_ended_in_a_minute_is_summed_up(void **state)
{
    struct series_scale *scale = series_scale_new(SERIES_HOUR, zone_utc());
    struct series_figures got;

    (void)state;
    add(scale, "2026-11-30T12:00:00Z", 100, 0);
    add(scale, "2026-11-30T12:00:59.999Z", 100, 0);
    add(scale, "2026-11-30T11:59:59.999Z", 100, 0); /* in any order */
    got = figures(scale, SERIES_HOUR, NOON, 0);
    assert_int_equal(got.sums[ASK_REQUESTS], 2);
    assert_int_equal(got.sums[ASK_OUTPUT], 20);
    assert_int_equal(got.timed, 0);
    assert_int_equal(figures(scale, SERIES_HOUR, NOON, 1).sums[ASK_REQUESTS],
                     1);
    assert_int_equal(figures(scale, SERIES_HOUR, NOON, 2).sums[ASK_REQUESTS],
                     0);
    series_scale_free(scale);
}

static void what_is_too_old_is_forgotten(void **state)
{
    struct series_scale *scale = series_scale_new(SERIES_HOUR, zone_utc());

    (void)state;
    add(scale, NOON, 100, 0);
    add(scale, "2026-11-30T14:08:00Z", 100, 0); /* 128 minutes later */
    assert_int_equal(figures(scale, SERIES_HOUR, NOON, 0).sums[ASK_REQUESTS],
                     0);
    add(scale, NOON, 100, 0); /* too late */
    assert_int_equal(figures(scale, SERIES_HOUR, "2026-11-30T14:08:00Z", 0)
                         .sums[ASK_REQUESTS],
                     1);
    series_scale_free(scale);
}

static void times_are_right_to_about_five_percent(void **state)
{
    struct series_scale *scale = series_scale_new(SERIES_HOUR, zone_utc());
    struct series_figures got;

    (void)state;
    for (uint64_t ms = 1; ms <= 1000; ms++)
        add(scale, NOON, 2000, ms);
    got = figures(scale, SERIES_HOUR, NOON, 0);
    assert_int_equal(got.timed, 1000);
    assert_in_range(got.first_byte_p50_ms, 475, 525);
    assert_in_range(got.first_byte_p95_ms, 903, 997);
    add(scale, "2026-11-30T12:01:00Z", 0, UINT64_MAX);
    got = figures(scale, SERIES_HOUR, "2026-11-30T12:01:00Z", 0);
    assert_in_range(got.first_byte_p95_ms, 2000000, 2400000);
    series_scale_free(scale);
}

/* Three for half a minute, one of them for longer, and one that is over at once. */
static void those_at_once_are_counted(void **state)
{
    struct series_scale *scale = series_scale_new(SERIES_HOUR, zone_utc());

    (void)state;
    add(scale, "2026-11-30T12:00:40Z", 30000, 0);
    add(scale, "2026-11-30T12:00:45Z", 30000, 0);
    add(scale, "2026-11-30T12:01:10Z", 60000, 0);
    add(scale, "2026-11-30T12:01:20.010Z", 5, 0);
    add(scale, "2026-11-30T12:02:20.010Z", 5, 0);
    assert_int_equal(figures(scale, SERIES_HOUR, NOON, 0).streams_max, 3);
    assert_int_equal(
        figures(scale, SERIES_HOUR, "2026-11-30T12:01:00Z", 0).streams_max, 1);
    assert_int_equal(
        figures(scale, SERIES_HOUR, "2026-11-30T12:02:00Z", 0).streams_max, 1);
    assert_int_equal(
        figures(scale, SERIES_HOUR, "2026-11-30T12:03:00Z", 0).streams_max, 0);
    /* Hours are known a little longer than they are shown. */
    add(scale, "2026-11-30T13:30:00Z", 4 * 3600000, 0);
    assert_int_equal(
        figures(scale, SERIES_HOUR, "2026-11-30T13:29:00Z", 0).streams_max, 1);
    series_scale_free(scale);
}

/* Between the full minutes, where a look from time to time would miss them. */
static void a_few_seconds_are_in_hours_and_days(void **state)
{
    (void)state;
    for (size_t range = 0; range < SERIES_RANGES; range++) {
        struct series_scale *scale =
            series_scale_new((enum series_range)range, zone_utc());

        for (size_t i = 0; i < 5; i++)
            add(scale, "2026-11-30T12:31:04.500Z", 2000, 0);
        for (size_t i = 0; i < 9; i++)
            add(scale, "2026-11-30T12:31:04.900Z", 300, 0);
        add(scale, "2026-11-30T12:31:50Z", 20000, 0);
        assert_int_equal(figures(scale, (enum series_range)range,
                                 "2026-11-30T12:31:59Z", 0)
                             .streams_max,
                         5);
        series_scale_free(scale);
    }
}

/* Two for ten minutes and more, one since now, beside one that has ended; whether there
   is a booking or not. */
static void what_runs_is_counted_from_when_it_began(void **state)
{
    const uint64_t began[] = { ms_of("2026-11-30T11:50:00.500Z"),
                               ms_of("2026-11-30T12:10:30Z"),
                               ms_of("2026-11-30T12:20:30.700Z") };
    const struct series_running running = { ms_of("2026-11-30T12:20:30.800Z"),
                                            began, COUNT_OF(began) };
    static const struct {
        size_t back;
        uint64_t booked; /* with the booking */
        uint64_t alone;
    } minutes[] = { { 0, 3, 3 },  { 1, 2, 2 },  { 5, 3, 2 }, { 10, 2, 2 },
                    { 11, 1, 1 }, { 30, 1, 1 }, { 31, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(minutes); i++) {
        size_t at = i / 2;
        struct series_scale *scale = series_scale_new(SERIES_HOUR, zone_utc());
        struct series_figures got;

        if (i % 2)
            add(scale, "2026-11-30T12:15:30Z", 20000, 0);
        series_scale_figures(scale,
                             series_window(SERIES_HOUR, zone_utc(),
                                           running.now_ms, minutes[at].back),
                             &running, &got);
        assert_int_equal(got.streams_max,
                         i % 2 ? minutes[at].booked : minutes[at].alone);
        series_scale_free(scale);
    }
}

static void days_are_those_of_the_zone(void **state)
{
    struct zone *zone = zone_fixed(STR("+12:00"));
    struct series_scale *scale = series_scale_new(SERIES_MONTH, zone);
    struct series_figures got;

    (void)state;
    for (unsigned day = 1; day <= 30; day++) {
        char time[32];

        (void)snprintf(time, sizeof(time), "2026-11-%02uT12:00:00Z", day);
        add(scale, time, 1000, 200);
    }
    for (size_t back = 0; back < 30; back++) {
        series_scale_figures(scale,
                             series_window(SERIES_MONTH, zone, ms_of(NOON),
                                           back),
                             &nothing, &got);
        assert_int_equal(got.sums[ASK_REQUESTS], 1);
        assert_int_equal(got.streams_max, 1);
    }
    series_scale_free(scale);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_ranges),
        cmocka_unit_test(windows_follow_each_other),
        cmocka_unit_test(what_ended_in_a_minute_is_summed_up),
        cmocka_unit_test(what_is_too_old_is_forgotten),
        cmocka_unit_test(times_are_right_to_about_five_percent),
        cmocka_unit_test(those_at_once_are_counted),
        cmocka_unit_test(a_few_seconds_are_in_hours_and_days),
        cmocka_unit_test(what_runs_is_counted_from_when_it_began),
        cmocka_unit_test(days_are_those_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
