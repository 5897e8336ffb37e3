// SPDX-License-Identifier: MIT
/* base/zone: the calendar's periods in zones, and files of zones. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/zones.h"
#include "zone_file.h"

static struct zones *zones; /* in files of our own, below: */
static char *folder;

/* As they are from 2026 on, with the changes before that tests look at. */
static const struct zone_file files[] = {
    { "America/New_York", "EST5EDT,M3.2.0,M11.1.0", -18000, { { 0 } } },
    { "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, { { 0 } } },
    { "Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24", 7200, { { 0 } } },
    { "America/Havana", "CST5CDT,M3.2.0/0,M11.1.0/1", -18000, { { 0 } } },
    { "America/St_Johns",
      "NST3:30NDT,M3.2.0,M11.1.0",
      -12600,
      { { 1268537460, -9000 },
        { 1289097060, -12600 },
        { 1299987060, -9000 },
        { 1320553800, -12600 } } },
    { "America/Sao_Paulo",
      "<-03>3",
      -10800,
      { { 1508036400, -7200 },
        { 1518919200, -10800 },
        { 1541300400, -7200 },
        { 1550368800, -10800 } } },
    { "Pacific/Apia",
      "<+13>-13",
      -39600,
      { { 1316872800, -36000 },
        { 1325239200, 50400 },
        { 1333202400, 46800 } } },
    { "Asia/Kathmandu", "<+0545>-5:45", 20700, { { 0 } } },
    { "Asia/Kolkata", "IST-5:30", 19800, { { 0 } } },
    { "Pacific/Chatham",
      "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
      45900,
      { { 0 } } },
    { "Australia/Lord_Howe",
      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
      37800,
      { { 0 } } },
    { "Asia/Shanghai", "CST-8", 28800, { { 0 } } },
    { "Pacific/Kiritimati", "<+14>-14", 50400, { { 0 } } },
    { "Pacific/Pago_Pago", "SST11", -39600, { { 0 } } },
    { "Africa/El_Aaiun",
      "<+01>-1",
      0,
      { { 1367114400, 3600 },
        { 1373162400, 0 },
        { 1376100000, 3600 },
        { 1382839200, 0 } } },
};

static int set_up(void **state)
{
    (void)state;
    folder = unit_folder_new();
    for (size_t i = 0; i < COUNT_OF(files); i++)
        zone_file_write(folder, &files[i]);
    zones = zones_new(folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    zones_free(zones);
    unit_folder_free(folder);
    return 0;
}

static const struct zone *find(const char *name)
{
    struct err err;
    const struct zone *zone = zones_find(zones, str_of(name), &err);

    if (!zone)
        fail_msg("%s: %s", name, err.text);
    return zone;
}

/* ---- periods ------------------------------------------------------------ */

static const struct {
    const char *note;
    const char *zone;
    enum zone_period period;
    uint64_t at_s;
    uint64_t start_s;
    uint64_t end_s;
} periods[] = {
    { "23 hours", "America/New_York", ZONE_DAY, 1772971200, 1772946000,
      1773028800 },
    { "25 hours", "America/New_York", ZONE_DAY, 1793534400, 1793505600,
      1793595600 },
    { "the hour that comes twice", "Europe/Berlin", ZONE_DAY, 1792888200,
      1792879200, 1792969200 },
    { "a week with an hour less", "Europe/Berlin", ZONE_WEEK, 1774821540,
      1774220400, 1774821600 },
    { "a week with an hour more", "Europe/Berlin", ZONE_WEEK, 1792969140,
      1792360800, 1792969200 },
    { "a month with summer's end", "Europe/Berlin", ZONE_MONTH, 1793487540,
      1790805600, 1793487600 },
    { "the first moment of a month", "Europe/Berlin", ZONE_MONTH, 1793487600,
      1793487600, 1796079600 },
    { "midnight is skipped", "Africa/Cairo", ZONE_DAY, 1776981600, 1776981600,
      1777064400 },
    { "and before", "Africa/Cairo", ZONE_DAY, 1776981540, 1776895200,
      1776981600 },
    { "midnight comes twice", "America/Havana", ZONE_DAY, 1793511000,
      1793505600, 1793595600 },
    { "back over midnight: the day goes on", "America/St_Johns", ZONE_DAY,
      1289097900, 1289097000, 1289187000 },
    { "back to the day before", "America/Sao_Paulo", ZONE_DAY, 1518921000,
      1518832800, 1518922800 },
    { "midnight is skipped in the south", "America/Sao_Paulo", ZONE_DAY,
      1541332800, 1541300400, 1541383200 },
    { "a day that never was", "Pacific/Apia", ZONE_DAY, 1325239140, 1325152800,
      1325239200 },
    { "and after it", "Pacific/Apia", ZONE_DAY, 1325239200, 1325239200,
      1325325600 },
    { ":45", "Asia/Kathmandu", ZONE_MONTH, 1769883300, 1769883300, 1772302500 },
    { ":45, a moment before", "Asia/Kathmandu", ZONE_MONTH, 1769883240,
      1767204900, 1769883300 },
    { ":30", "Asia/Kolkata", ZONE_DAY, 1795977000, 1795977000, 1796063400 },
    { ":45 with summer time", "Pacific/Chatham", ZONE_DAY, 1775332800,
      1775297700, 1775387700 },
    { "half an hour of summer", "Australia/Lord_Howe", ZONE_DAY, 1775347200,
      1775307600, 1775395800 },
    { "half an hour of summer, beginning", "Australia/Lord_Howe", ZONE_DAY,
      1791072000, 1791034200, 1791118800 },
    { "a leap day", "Asia/Shanghai", ZONE_MONTH, 1835452740, 1832947200,
      1835452800 },
    { "the year ends", "Asia/Shanghai", ZONE_MONTH, 1798732740, 1796054400,
      1798732800 },
    { "and begins", "Asia/Shanghai", ZONE_MONTH, 1798732800, 1798732800,
      1801411200 },
    { "a week over the year's end", "Asia/Shanghai", ZONE_WEEK, 1798761600,
      1798387200, 1798992000 },
    { "a Monday", "UTC", ZONE_WEEK, 1795996800, 1795996800, 1796601600 },
    { "a Sunday", "UTC", ZONE_WEEK, 1795996740, 1795392000, 1795996800 },
    { "far ahead", "America/New_York", ZONE_DAY, 4928817600, 4928792400,
      4928875200 },
    { "farthest east", "Pacific/Kiritimati", ZONE_DAY, 1795946400, 1795946400,
      1796032800 },
    { "farthest west", "Pacific/Pago_Pago", ZONE_DAY, 1795949940, 1795863600,
      1795950000 },
};

static void a_period_begins_and_ends_by_local_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        struct zone_window window =
            zone_window(find(periods[i].zone), periods[i].period,
                        periods[i].at_s * 1000 + 999);

        if (window.start_ms != periods[i].start_s * 1000 ||
            window.end_ms != periods[i].end_s * 1000)
            fail_msg("%s, %s: from %llu to %llu", periods[i].zone,
                     periods[i].note, (unsigned long long)window.start_ms,
                     (unsigned long long)window.end_ms);
    }
}

/* The end of one is the start of the next, and each moment is in one. */
static void follow(const struct zone *zone, enum zone_period period)
{
    uint64_t at_ms = 1262304000000; /* 2010 */

    while (at_ms < 2000000000000) {
        struct zone_window window = zone_window(zone, period, at_ms);
        struct zone_window last = zone_window(zone, period, window.end_ms - 1);
        struct zone_window next = zone_window(zone, period, window.end_ms);

        assert_true(window.start_ms <= at_ms && at_ms < window.end_ms);
        assert_int_equal(last.start_ms, window.start_ms);
        assert_int_equal(next.start_ms, window.end_ms);
        at_ms = window.end_ms;
    }
}

/* A day that a zone left out has no moment: its number is skipped (Apia, 2011). */
static void days_have_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const struct zone *zone = find(files[i].name);
        struct zone_window day = zone_window(zone, ZONE_DAY, 1293840000000);

        for (size_t n = 0; n < 500; n++) {
            int64_t number = zone_day(zone, day.start_ms);

            assert_int_equal(zone_day_ms(zone, number), day.start_ms);
            assert_int_equal(zone_day(zone, day.end_ms - 1), number);
            assert_true(zone_day(zone, day.end_ms) > number);
            day = zone_window(zone, ZONE_DAY, day.end_ms);
        }
    }
    assert_int_equal(zone_day(zone_utc(), 86400000), 1);
    assert_int_equal(zone_day(find("Asia/Shanghai"), 1795968000000 - 1), 20786);
    assert_int_equal(zone_day_ms(find("Asia/Shanghai"), 20787), 1795968000000);
}

static void periods_have_no_gaps(void **state)
{
    static const char *const names[] = {
        "UTC",
        "+05:30",
        "America/New_York",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Africa/Cairo",
        "Pacific/Chatham",
        "America/Sao_Paulo",
        "Africa/El_Aaiun",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        follow(find(names[i]), ZONE_DAY);
        follow(find(names[i]), ZONE_WEEK);
        follow(find(names[i]), ZONE_MONTH);
    }
}

static void times_before_1970_are_its_beginning(void **state)
{
    struct zone *east = zone_fixed(STR("+08:00"));
    struct zone *west = zone_fixed(STR("-08:00"));

    (void)state;
    assert_int_equal(zone_window(east, ZONE_DAY, 0).start_ms, 0);
    assert_int_equal(zone_window(east, ZONE_DAY, 0).end_ms, 57600000);
    assert_int_equal(zone_window(west, ZONE_DAY, 0).start_ms, 0);
    assert_int_equal(zone_window(west, ZONE_MONTH, 0).end_ms, 28800000);
    assert_true(zone_window(west, ZONE_MONTH, UINT64_MAX).end_ms > 0);
    zone_free(east);
    zone_free(west);
}

/* ---- texts and files ---------------------------------------------------- */

static void a_date_begins_in_its_zone(void **state)
{
    (void)state;
    assert_int_equal(zone_date_ms(zone_utc(), 2026, 12, 31), 1798675200000);
    assert_int_equal(zone_date_ms(find("Asia/Shanghai"), 2026, 12, 31),
                     1798646400000);
    assert_int_equal(zone_date_ms(zone_utc(), 2026, 2, 29),
                     zone_date_ms(zone_utc(), 2026, 3, 1));
}

static void a_time_is_written_in_its_zone(void **state)
{
    char text[ZONE_TIME_MAX];

    (void)state;
    zone_format(find("Asia/Shanghai"), 1796054400000, text);
    assert_string_equal(text, "2026-12-01 00:00 (Asia/Shanghai)");
    zone_format(find("-03:30"), 1796054459999, text);
    assert_string_equal(text, "2026-11-30 12:30 (-03:30)");
    zone_format(zone_utc(), UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31 23:59 (UTC)");
    zone_format(find("+14:00"), 253402300799999, text);
    assert_string_equal(text, "9999-12-31 23:59 (+14:00)");
}

/* Whoever comes back at that second is not too early. */
static void a_second_is_the_first_that_is_not_too_early(void **state)
{
    char text[ZONE_TIME_MAX];

    (void)state;
    zone_format_second(find("Asia/Shanghai"), 1796054399001, text);
    assert_string_equal(text, "2026-12-01 00:00:00 (Asia/Shanghai)");
    zone_format_second(find("-03:30"), 1796054459000, text);
    assert_string_equal(text, "2026-11-30 12:30:59 (-03:30)");
    zone_format_second(zone_utc(), UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31 23:59:59 (UTC)");
}

static void only_distances_are_fixed_zones(void **state)
{
    static const char *const bad[] = {
        "",       "+8",    "+8:00",   "08:00",  "+0800",  "+08:60",
        "+19:00", "+08:0", "+08:000", "+-8:00", "+ 8:00", "-03:34"
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(zone_fixed(str_of(bad[i])));
}

/* Cut anywhere, and with any byte changed, a file does no harm. */
static void damaged_files_are_told(void **state)
{
    struct buf file;
    struct str whole;
    struct err err;

    (void)state;
    buf_init(&file, 4096);
    zone_file_add(&file, &files[4]);
    whole = buf_str(&file);
    for (size_t i = 0; i + 1 < whole.len; i++) {
        char *part = mem_strndup(whole.at, i);

        assert_null(zone_parse(STR("cut"), (struct str){ part, i }, &err));
        unit_assert_part(err.text, "cut");
        mem_free(part);
    }
    for (size_t i = 0; i < whole.len; i++) {
        char *changed = mem_strndup(whole.at, whole.len);
        struct zone *zone;

        changed[i] = (char)(changed[i] ^ 0xff);
        zone = zone_parse(STR("changed"), (struct str){ changed, whole.len },
                          &err);
        if (zone)
            assert_true(zone_window(zone, ZONE_DAY, 1796054400000).start_ms <=
                        1796054400000);
        zone_free(zone);
        mem_free(changed);
    }
    buf_done(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_begins_and_ends_by_local_time),
        cmocka_unit_test(days_have_numbers),
        cmocka_unit_test(periods_have_no_gaps),
        cmocka_unit_test(times_before_1970_are_its_beginning),
        cmocka_unit_test(a_date_begins_in_its_zone),
        cmocka_unit_test(a_time_is_written_in_its_zone),
        cmocka_unit_test(a_second_is_the_first_that_is_not_too_early),
        cmocka_unit_test(only_distances_are_fixed_zones),
        cmocka_unit_test(damaged_files_are_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
