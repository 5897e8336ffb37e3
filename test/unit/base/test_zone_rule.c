// SPDX-License-Identifier: MIT
/* base/zone_rule: what is a rule, when clocks change by it, and the calendar. */
#include "base/zone_rule.h"
#include "unit.h"

static void only_rules_are_taken(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        { "UTC0", true },
        { "CST-8", true },
        { "<+0545>-5:45", true },
        { "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", true },
        { "CET-1CEST,M3.5.0,M10.5.0/3", true },
        { "EST5EDT4:30,J60,J300/2:30:15", true },
        { "XXX3EDT4,0/0,J365/23", true },
        { "IST-2IDT,M3.4.4/26,M10.5.0", true },
        { "", false },
        { "UTC", false },
        { "UT0", false },
        { "UTC0 ", false },
        { "UTC25", false },
        { "UTC-8:60", false },
        { "<+05-5", false },
        { "CET-1CEST", false },
        { "CET-1CEST,M3.5.0", false },
        { "CET-1CEST,M13.5.0,M10.5.0", false },
        { "CET-1CEST,M0.5.0,M10.5.0", false },
        { "CET-1CEST,M3.6.0,M10.5.0", false },
        { "CET-1CEST,M3.5.7,M10.5.0", false },
        { "CET-1CEST,J0,J60", false },
        { "CET-1CEST,J366,J60", false },
        { "CET-1CEST,M3.5.0/168,M10.5.0", false },
        { "CET-1CEST,M3.5.0,M10.5.0,", false },
        { "CET-1CEST,0003,100", false },
    };
    struct zone_rule rule;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (zone_rule_parse(str_of(rows[i].text), &rule) != rows[i].good)
            fail_msg("\"%s\"", rows[i].text);
    }
}

static void clocks_change_by_the_rule(void **state)
{
    static const struct {
        const char *text;
        int64_t at_s;
        int32_t offset_s;
        int64_t until_s;
    } rows[] = {
        { "UTC0", 0, 0, INT64_MAX },
        { "<+0545>-5:45", 0, 20700, INT64_MAX },
        /* the last Sundays of March and October 2026, at 01:00 UTC */
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1774746000 - 1, 3600, 1774746000 },
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, 7200, 1792890000 },
        { "CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, 3600, 1806195600 },
        /* in the south summer is over new year */
        { "AEST-10AEDT,M10.1.0,M4.1.0/3", 1767225600, 39600, 1775318400 },
        /* summer for ever */
        { "XXX3EDT4,0/0,J365/23", 1767225600, -14400, 0 },
        /* 60 is 1 March in every year as Jn, 29 February in a leap year as n */
        { "AAA0BBB,J60/0,J300/1", 1709251200 - 1, 0, 1709251200 },
        { "AAA0BBB,59/0,J300/1", 1709164800 - 1, 0, 1709164800 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct zone_rule rule;
        struct zone_span span;

        assert_true(zone_rule_parse(str_of(rows[i].text), &rule));
        span = zone_rule_at(&rule, rows[i].at_s);
        if (span.offset_s != rows[i].offset_s ||
            (rows[i].until_s && span.until_s != rows[i].until_s))
            fail_msg("row %zu: %d until %lld", i, span.offset_s,
                     (long long)span.until_s);
        assert_true(span.until_s > rows[i].at_s);
    }
}

static void dates_and_days_agree(void **state)
{
    struct zone_date last = zone_date_of(-800000);

    (void)state;
    assert_int_equal(zone_days_of(1970, 1, 1), 0);
    assert_int_equal(zone_days_of(2000, 3, 1), 11017);
    assert_int_equal(zone_days_of(1969, 12, 31), -1);
    for (int64_t day = -799999; day < 800000; day++) {
        struct zone_date date = zone_date_of(day);

        assert_int_equal(zone_days_of(date.year, date.month, date.day), day);
        if (date.day != last.day + 1)
            assert_int_equal(date.day, 1);
        last = date;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_rules_are_taken),
        cmocka_unit_test(clocks_change_by_the_rule),
        cmocka_unit_test(dates_and_days_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
