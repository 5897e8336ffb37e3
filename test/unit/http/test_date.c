// SPDX-License-Identifier: MIT
/* Dates in HTTP fields. */
#include "http/date.h"

#include "unit.h"

static const struct {
    const char *text;
    uint64_t wall_ms; /* 0: refused */
} dates[] = {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
    { "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199000 },
    { "Sat, 01 Aug 2026 00:00:00 GMT", 1785542400000 },
    { "Sunday, 06-Nov-94 08:49:37 GMT", 0 },
    { "Sun Nov  6 08:49:37 1994", 0 },
    { "Sun, 06 Nov 1994 08:49:37 CET", 0 },
    { "Sun, 06 Nov 1994 08:49:37 GMT ", 0 },
    { "Sun, 06 Nov 1994 25:49:37 GMT", 0 },
    { "Sun, 06 Xov 1994 08:49:37 GMT", 0 },
    { "Thu, 01 Jan 1960 00:00:00 GMT", 0 },
    { "", 0 },
};

static void dates_are_read_in_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        uint64_t wall_ms = 0;
        bool fine = date_parse(str_of(dates[i].text), &wall_ms);

        if (fine != (dates[i].wall_ms != 0) ||
            (fine && wall_ms != dates[i].wall_ms))
            fail_msg("\"%s\": %d, %llu", dates[i].text, fine,
                     (unsigned long long)wall_ms);
    }
}

static const struct {
    const char *field;
    uint64_t wait_ms;
} waits[] = {
    { "30", 30000 },
    { "0", 0 },
    { "soon", 0 },
    { "-1", 0 },
    { "", 0 },
    { "99999999999999999999", 0 },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 1500 },
    { "Sun, 06 Nov 1994 08:49:35 GMT", 0 },
};

static void a_wait_is_in_seconds_or_until_a_date(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
        assert_int_equal(date_wait_ms(str_of(waits[i].field), 784111775500),
                         waits[i].wait_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_in_one_form),
        cmocka_unit_test(a_wait_is_in_seconds_or_until_a_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
