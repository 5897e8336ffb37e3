// SPDX-License-Identifier: MIT
/* team/windows: sums that move on with the time, the zone and the clock. */
#include "team/windows.h"

#include "unit.h"

#define DAY_MS 86400000ull
#define HOUR_MS 3600000ull
#define QUARTER_MS 900000ull
/* 2026-11-30 00:00 UTC, a Monday */
#define MONDAY 1795996800000ull

static struct quarters quarters;
static struct windows windows;

static int tear_down(void **state)
{
    (void)state;
    quarters_done(&quarters);
    windows = (struct windows){ .zone = NULL };
    return 0;
}

static void use_at(uint64_t at_ms, uint64_t cost)
{
    struct use use = { .requests = 1, .cost_microusd = cost };
    uint64_t start_s = at_ms / QUARTER_MS * QUARTER_S;

    quarters_add(&quarters, start_s, &use);
    windows_add(&windows, start_s, &use);
}

static void expect(const struct zone *zone, uint64_t now_ms,
                   const uint64_t want[WINDOWS])
{
    windows_turn(&windows, &quarters, zone, now_ms);
    for (int i = 0; i < WINDOWS; i++)
        assert_int_equal(windows.at[i].use.cost_microusd, want[i]);
}

#define EXPECT(zone, now_ms, ...)                                              \
    expect(zone, now_ms, (const uint64_t[WINDOWS]){ __VA_ARGS__ })

static void calendar_windows_begin_at_zero(void **state)
{
    (void)state;
    use_at(MONDAY - 1, 5);
    EXPECT(zone_utc(), MONDAY - 1, 5, 5, 5, 5);
    EXPECT(zone_utc(), MONDAY, 5, 0, 0, 5);
    use_at(MONDAY, 7);
    EXPECT(zone_utc(), MONDAY + DAY_MS - 1, 0, 7, 7, 12);
    EXPECT(zone_utc(), MONDAY + DAY_MS, 0, 0, 7, 0);
    EXPECT(zone_utc(), MONDAY + 7 * DAY_MS, 0, 0, 0, 0);
}

static void the_rolling_window_leaves_quarter_by_quarter(void **state)
{
    (void)state;
    use_at(MONDAY + 14 * 60000, 5);
    use_at(MONDAY + 15 * 60000, 7);
    EXPECT(zone_utc(), MONDAY + 5 * HOUR_MS, 12, 12, 12, 12);
    EXPECT(zone_utc(), MONDAY + 5 * HOUR_MS + 15 * 60000 - 1, 12, 12, 12, 12);
    EXPECT(zone_utc(), MONDAY + 5 * HOUR_MS + 15 * 60000, 7, 12, 12, 12);
    EXPECT(zone_utc(), MONDAY + 5 * HOUR_MS + 30 * 60000, 0, 12, 12, 12);
    assert_int_equal(windows_rolling_opens(&quarters, 12, MONDAY + HOUR_MS),
                     MONDAY + HOUR_MS);
    assert_int_equal(windows_rolling_opens(&quarters, 11, MONDAY + HOUR_MS),
                     MONDAY + 5 * HOUR_MS + 15 * 60000);
    assert_int_equal(windows_rolling_opens(&quarters, 6, MONDAY + HOUR_MS),
                     MONDAY + 5 * HOUR_MS + 30 * 60000);
}

/* November 2026 is not over west of UTC. */
static void another_zone_has_other_windows(void **state)
{
    struct zone *west = zone_fixed(STR("-03:30"));

    (void)state;
    use_at(MONDAY + DAY_MS - HOUR_MS, 5);
    use_at(MONDAY + DAY_MS + 3 * HOUR_MS, 7);
    use_at(MONDAY + DAY_MS + 4 * HOUR_MS, 9);
    EXPECT(zone_utc(), MONDAY + DAY_MS + 4 * HOUR_MS, 16 + 5, 16, 21, 16);
    EXPECT(west, MONDAY + DAY_MS + 4 * HOUR_MS, 21, 9, 21, 9);
    EXPECT(zone_utc(), MONDAY + DAY_MS + 4 * HOUR_MS, 21, 16, 21, 16);
    zone_free(west);
}

/* A wall clock that was ahead and is put back: what was used in the windows of the right
   time counts, what was booked in a far future does not. */
static void a_clock_that_is_put_back_finds_its_windows(void **state)
{
    (void)state;
    use_at(MONDAY, 5);
    EXPECT(zone_utc(), MONDAY, 5, 5, 5, 5);
    use_at(MONDAY + 40 * DAY_MS, 7);
    EXPECT(zone_utc(), MONDAY + 40 * DAY_MS, 7, 7, 7, 7);
    EXPECT(zone_utc(), MONDAY + HOUR_MS, 5, 5, 5, 5);
    assert_int_equal(windows_rolling_opens(&quarters, 0, MONDAY + HOUR_MS),
                     MONDAY + 21 * QUARTER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(calendar_windows_begin_at_zero, tear_down),
        cmocka_unit_test_teardown(the_rolling_window_leaves_quarter_by_quarter,
                                  tear_down),
        cmocka_unit_test_teardown(another_zone_has_other_windows, tear_down),
        cmocka_unit_test_teardown(a_clock_that_is_put_back_finds_its_windows,
                                  tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
