// SPDX-License-Identifier: MIT
/* Moments as people name them. */
#include "base/when.h"

#include "base/macros.h"
#include "unit.h"

#define HOUR UINT64_C(3600000)
#define NOW (100 * 24 * HOUR)

static void a_moment_is_a_time_a_day_or_an_age(void **state)
{
    static const struct {
        const char *text;
        bool fine;
        uint64_t start;
        uint64_t end;
    } rows[] = {
        { "1970-01-02T01:00:00Z", true, 25 * HOUR, 25 * HOUR },
        { "1970-01-02T01:00:00+01:00", true, 24 * HOUR, 24 * HOUR },
        { "1970-01-02", true, 24 * HOUR, 48 * HOUR },
        { "2h", true, NOW - 2 * HOUR, NOW - 2 * HOUR },
        { "90m", true, NOW - HOUR * 3 / 2, NOW - HOUR * 3 / 2 },
        { "7d", true, NOW - 7 * 24 * HOUR, NOW - 7 * 24 * HOUR },
        { "36500d", true, 0, 0 },
        { "36501d", false, 0, 0 },
        { "d", false, 0, 0 },
        { "-1d", false, 0, 0 },
        { "1970-02-30", false, 0, 0 },
        { "yesterday", false, 0, 0 },
        { "", false, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str text = str_of(rows[i].text);
        uint64_t ms = 0;

        print_message("%s\n", rows[i].text);
        assert_true(when_parse(text, false, NOW, &ms) == rows[i].fine);
        if (rows[i].fine)
            assert_true(ms == rows[i].start);
        assert_true(when_parse(text, true, NOW, &ms) == rows[i].fine);
        if (rows[i].fine)
            assert_true(ms == rows[i].end);
    }
}

static void a_day_is_one_of_the_zone(void **state)
{
    struct zone *zone = zone_fixed(STR("+08:00"));
    uint64_t ms;

    (void)state;
    assert_true(when_parse_in(zone, STR("2026-11-30"), false, 0, &ms));
    assert_int_equal(ms, 1795996800000 - 8 * 3600000);
    assert_true(when_parse_in(zone, STR("2026-11-30"), true, 0, &ms));
    assert_int_equal(ms, 1795996800000 + 16 * 3600000);
    assert_true(when_parse_in(zone, STR("2026-11-30T00:00:00Z"), true, 0, &ms));
    assert_int_equal(ms, 1795996800000);
    assert_false(when_parse_in(zone, STR("2026-02-30"), false, 0, &ms));
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_a_time_a_day_or_an_age),
        cmocka_unit_test(a_day_is_one_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
