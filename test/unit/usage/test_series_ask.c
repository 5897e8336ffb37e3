// SPDX-License-Identifier: MIT
/* The course of an hour, a day, a month, and what was before. */
#include "usage/series_ask.h"

#include "ask_scene.h"
#include "base/mem.h"

#define NOW "2026-11-30T12:20:30Z"

static const struct ask_booked booked[] = {
    { .ended = "2026-10-20T12:00:00Z", .tokens_in = 1, .cost = 1000 },
    { .ended = "2026-11-10T12:00:00Z", .tokens_in = 1, .cost = 100 },
    { .ended = "2026-11-29T12:10:00Z", .cost = 7, .status = 500 },
    { .ended = "2026-11-29T12:40:00Z", .cost = 13 },
    { .ended = "2026-11-30T10:25:00Z", .cost = 30 },
    { .ended = "2026-11-30T11:19:00Z", .cost = 31 },
    { .ended = "2026-11-30T12:20:00Z", .cost = 2, .duration_ms = 4000 },
    { .ended = "2026-11-30T12:20:01Z", .cost = 3, .duration_ms = 4000 },
};

static bool step(struct sql *sql, void *arg, struct err *err)
{
    return series_ask_step(sql, arg, err);
}

/* "0:2 15" for each point that has something, by its distance from the last: requests
   and cost; and those of the period before. */
static void assert_course(struct ask_scene *scene, enum series_range range,
                          const char *want)
{
    struct series *series = series_new(scene->zone);
    struct series_asking *asking =
        series_ask_new(series, range, ask_scene_ms(NOW));
    const struct series_course *course = series_ask_course(asking);
    struct buf out;

    while (!course->done)
        assert_true(ask_scene_read(scene, step, asking));
    assert_true(course->complete);
    buf_init(&out, 4096);
    for (size_t i = 0; i < course->count; i++) {
        const int64_t *sums = course->points[i].figures.sums;

        if (sums[ASK_REQUESTS] > 0)
            buf_printf(&out, "%zu:%lld %lld; ", course->count - 1 - i,
                       (long long)sums[ASK_REQUESTS],
                       (long long)sums[ASK_COST_MICROUSD]);
    }
    buf_printf(&out, "before:%lld %lld",
               (long long)course->before_sums[ASK_REQUESTS],
               (long long)course->before_sums[ASK_COST_MICROUSD]);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    series_ask_free(asking);
    series_unref(series);
}

static void an_hour_has_its_minutes(void **state)
{
    ask_scene_book(*state, booked, COUNT_OF(booked));
    assert_course(*state, SERIES_HOUR, "0:2 5; before:2 61");
}

/* At 12:20 it was 12:10 the day before, but not 12:40. */
static void a_day_has_its_hours(void **state)
{
    ask_scene_book(*state, booked, COUNT_OF(booked));
    assert_course(*state, SERIES_DAY, "2:1 30; 1:1 31; 0:2 5; before:1 7");
}

static void a_month_has_the_days_of_the_zone(void **state)
{
    ask_scene_book(*state, booked, COUNT_OF(booked));
    assert_course(*state, SERIES_MONTH,
                  "20:1 100; 1:2 20; 0:4 66; before:1 1000");
}

/* Then there are only sums. */
static void what_was_removed_is_in_hours_and_days(void **state)
{
    struct ask_scene *scene = *state;

    ask_scene_book(scene, booked, COUNT_OF(booked));
    ask_scene_change(scene, "DELETE FROM booking WHERE cost_microusd = 100");
    ask_scene_change(scene, "DELETE FROM hour WHERE hour_s ="
                            " 1794312000"); /* 2026-11-10T12:00 */
    assert_course(*state, SERIES_MONTH,
                  "20:1 100; 1:2 20; 0:4 66; before:1 1000");
}

static void figures_of_bookings_come_along(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);
    struct series_asking *asking =
        series_ask_new(series, SERIES_DAY, ask_scene_ms(NOW));
    const struct series_course *course = series_ask_course(asking);
    uint64_t *began_ms = mem_alloc(sizeof(*began_ms));

    *began_ms = ask_scene_ms("2026-11-30T11:30:00Z");
    series_ask_running(asking, began_ms, 1);
    ask_scene_book(scene, booked, COUNT_OF(booked));
    while (!course->done)
        assert_true(ask_scene_read(scene, step, asking));
    assert_true(course->points[23].known);
    /* Those of 12:20 were there together, for three seconds, with the one that runs. */
    assert_int_equal(course->points[23].figures.streams_max, 3);
    assert_int_equal(course->points[22].figures.streams_max, 1);
    assert_int_equal(course->points[20].figures.streams_max, 0);
    assert_int_equal(course->points[23].window.start_ms,
                     ask_scene_ms("2026-11-30T12:00:00Z"));
    assert_int_equal(course->before.start_ms,
                     ask_scene_ms("2026-11-28T13:00:00Z"));
    assert_int_equal(course->before.end_ms,
                     ask_scene_ms("2026-11-29T12:20:30Z"));
    series_ask_free(asking);
    series_unref(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(an_hour_has_its_minutes),
        ASK_TEST(a_day_has_its_hours),
        ASK_TEST(a_month_has_the_days_of_the_zone),
        ASK_TEST(what_was_removed_is_in_hours_and_days),
        ASK_TEST(figures_of_bookings_come_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
