// SPDX-License-Identifier: MIT
/* Numbers of JSON. */
#include "account/oauth_number.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *text;
    uint64_t whole;
} numbers[] = {
    { "0", 0 },
    { "28800", 28800 },
    { "28800.0", 28800 },
    { "28800.", 28800 },
    { "28800.999", 28800 },
    { "2.88e4", 28800 },
    { "2.88E+4", 28800 },
    { "288e2", 28800 },
    { "2880000e-2", 28800 },
    { "0.00288e7", 28800 },
    { "2.88e0", 2 },
    { "1e-1", 0 },
    { "000028800", 28800 },
    { "18446744073709551615", 18446744073709551600u },
    { "12345678901234567890e-15", 12345 },
    { "0.00000000000000000000000000288e31", 28800 },
    { "99999999999999999999999999999999999999", UINT64_MAX },
    { "1e99999999999999999999999999999999999", UINT64_MAX },
    { "1e-99999999999999999999999999999999999", 0 },
    { "0e99999999999999999999999999999999999", 0 },
};

static void a_number_is_read_however_it_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        uint64_t whole;

        if (!oauth_number(str_of(numbers[i].text), &whole) ||
            whole != numbers[i].whole)
            fail_msg("%s", numbers[i].text);
    }
}

static void what_is_none_is_none(void **state)
{
    static const char *const others[] = { "",    "-1",  "+1",  ".5",  "e5",
                                          "1e",  "1e+", "1e-", "1 2", "0x10",
                                          "1.e", "1,0", "NaN", "true" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        uint64_t whole = 0;

        if (oauth_number(str_of(others[i]), &whole))
            fail_msg("%s: %llu", others[i], (unsigned long long)whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_however_it_is_written),
        cmocka_unit_test(what_is_none_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
