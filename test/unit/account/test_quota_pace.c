// SPDX-License-Identifier: MIT
/* Where a window is going. */
#include "account/quotas.h"

#include "unit.h"

#define NOW_MS 1795900000000u
#define MINUTE_MS 60000u
#define HOUR_MS (60 * MINUTE_MS)

/* Of 5 hours, begun two hours ago; told half an hour ago and now. */
static struct quota window_of(int64_t first_ppm, int64_t last_ppm)
{
    struct quota window = { .name = "5h",
                            .used_ppm = last_ppm,
                            .reset_ms = NOW_MS + 3 * HOUR_MS,
                            .seen_ms = NOW_MS,
                            .sample_count = 2 };

    window.samples[0] =
        (struct quota_sample){ NOW_MS - 30 * MINUTE_MS, first_ppm };
    window.samples[1] = (struct quota_sample){ NOW_MS, last_ppm };
    return window;
}

static const struct {
    const char *name;
    int64_t first_ppm;
    int64_t last_ppm;
    uint64_t runs_out_ms; /* from now; 0: not known */
    int64_t at_reset_ppm;
} cases[] = {
    { "half of it will be used", 200000, 250000, 0, 550000 },
    { "it stands still", 250000, 250000, 0, 250000 },
    { "it runs out", 400000, 600000, HOUR_MS, 1800000 },
    { "it is used up", 900000, 1000000, 0, 1600000 },
    { "it went back", 300000, 200000, 0, -1 },
};

static void both_forecasts_go_by_the_same_pace(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct quota window = window_of(cases[i].first_ppm, cases[i].last_ppm);
        uint64_t out_ms = quota_runs_out_ms(&window, NOW_MS);

        print_message("%s\n", cases[i].name);
        assert_int_equal(out_ms > 0 ? out_ms - NOW_MS : 0,
                         cases[i].runs_out_ms);
        assert_int_equal(quota_at_reset_ppm(&window, NOW_MS),
                         cases[i].at_reset_ppm);
    }
}

static void what_is_not_known_is_not_told(void **state)
{
    struct quota window = window_of(200000, 250000);

    (void)state;
    /* Nothing was heard for more than half an hour. */
    assert_int_equal(quota_at_reset_ppm(&window, NOW_MS + 30 * MINUTE_MS),
                     550000);
    assert_int_equal(quota_at_reset_ppm(&window, NOW_MS + 30 * MINUTE_MS + 1),
                     -1);
    /* It began anew. */
    window.reset_ms = NOW_MS;
    assert_int_equal(quota_at_reset_ppm(&window, NOW_MS), -1);
    window = window_of(200000, 250000);
    /* Ten minutes are the least. */
    window.samples[0].at_ms = NOW_MS - 10 * MINUTE_MS + 1;
    assert_int_equal(quota_at_reset_ppm(&window, NOW_MS), -1);
    window.sample_count = 1;
    assert_int_equal(quota_at_reset_ppm(&window, NOW_MS), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forecasts_go_by_the_same_pace),
        cmocka_unit_test(what_is_not_known_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
