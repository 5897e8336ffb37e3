// SPDX-License-Identifier: MIT
/* Views of text. */
#include "base/str.h"

#include "base/macros.h"
#include "unit.h"

static void views_compare_by_bytes_or_without_case(void **state)
{
    (void)state;
    unit_assert_str(str_of(NULL), "");
    assert_true(str_eq(STR("tea"), str_of("tea")));
    assert_false(str_eq(STR("tea"), STR("Tea")));
    assert_false(str_eq(STR("tea"), STR("teas")));
    assert_true(str_eq(STR_EMPTY, (struct str){ 0 }));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_true(str_ieq(STR("Content-Type"), STR("content-TYPE")));
    assert_false(str_ieq(STR("a"), STR("ab")));
    assert_true(str_ieq(STR_EMPTY, STR_EMPTY));
}

static void prefixes_are_found(void **state)
{
    (void)state;
    assert_true(str_starts(STR("teapot"), STR("tea")));
    assert_true(str_starts(STR("tea"), STR_EMPTY));
    assert_false(str_starts(STR("te"), STR("tea")));
    assert_false(str_starts(STR("Teapot"), STR("tea")));
    assert_true(str_istarts(STR("BEARER x"), STR("bearer ")));
    assert_false(str_istarts(STR("bear"), STR("bearer ")));
}

static void parts_are_clamped(void **state)
{
    struct str s = STR("teapot");

    (void)state;
    unit_assert_str(str_from(s, 3), "pot");
    unit_assert_str(str_from(s, 6), "");
    unit_assert_str(str_from(s, SIZE_MAX), "");
    assert_null(str_from((struct str){ NULL, 0 }, 1).at);
    unit_assert_str(str_sub(s, 1, 2), "ea");
    unit_assert_str(str_sub(s, 4, SIZE_MAX), "ot");
    unit_assert_str(str_sub(s, 9, 9), "");
}

static void searching_finds_the_first(void **state)
{
    (void)state;
    assert_int_equal(str_index(STR("a=b=c"), '='), 1);
    assert_int_equal(str_index(STR("abc"), '='), 3);
    assert_int_equal(str_index(STR_EMPTY, '='), 0);
    assert_true(str_contains(STR("text/html, x"), STR("html")));
    assert_true(str_contains(STR("x"), STR_EMPTY));
    assert_true(str_contains(STR_EMPTY, STR_EMPTY));
    assert_false(str_contains(STR_EMPTY, STR("x")));
    assert_false(str_contains(STR("ab"), STR("abc")));
}

static void trimming_takes_spaces_and_tabs_only(void **state)
{
    (void)state;
    unit_assert_str(str_trim(STR(" \t a b \t")), "a b");
    unit_assert_str(str_trim(STR("\n a\n")), "\n a\n");
    unit_assert_str(str_trim(STR(" \t ")), "");
    unit_assert_str(str_trim(STR_EMPTY), "");
}

static const struct {
    const char *text;
    const char *fields; /* each followed by '|' */
} field_cases[] = {
    { "", "" },          { "a", "a|" },  { "a,b", "a|b|" }, { ",a", "|a|" },
    { "a,,b", "a||b|" }, { "a,", "a|" }, { ",", "|" },
};

static void fields_are_taken_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(field_cases); i++) {
        struct str rest = str_of(field_cases[i].text);
        struct str want = str_of(field_cases[i].fields);
        struct str field;

        while (str_next(&rest, ',', &field)) {
            struct str expected;

            assert_true(str_next(&want, '|', &expected));
            assert_true(str_eq(field, expected));
        }
        assert_int_equal(want.len, 0);
    }
}

static const struct {
    const char *text;
    uint64_t max;
    bool fine;
    uint64_t value;
} number_cases[] = {
    { "0", 9, true, 0 },
    { "007", 9, true, 7 },
    { "9", 9, true, 9 },
    { "10", 9, false, 0 },
    { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
    { "18446744073709551616", UINT64_MAX, false, 0 },
    { "99999999999999999999", UINT64_MAX, false, 0 },
    { "000000000000000000001", UINT64_MAX, false, 0 },
    { "", 9, false, 0 },
    { "-1", 9, false, 0 },
    { "+1", 9, false, 0 },
    { " 1", 9, false, 0 },
    { "1 ", 9, false, 0 },
    { "1a", 99, false, 0 },
    { "0x1", 99, false, 0 },
    { "1.0", 99, false, 0 },
    { "\xc2\xb2", 99, false, 0 },
};

static void numbers_are_digits_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(number_cases); i++) {
        uint64_t value = 0;
        bool fine = str_to_u64(str_of(number_cases[i].text),
                               number_cases[i].max, &value);

        if (fine != number_cases[i].fine ||
            (fine && value != number_cases[i].value))
            fail_msg("\"%s\"", number_cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_compare_by_bytes_or_without_case),
        cmocka_unit_test(prefixes_are_found),
        cmocka_unit_test(parts_are_clamped),
        cmocka_unit_test(searching_finds_the_first),
        cmocka_unit_test(trimming_takes_spaces_and_tabs_only),
        cmocka_unit_test(fields_are_taken_one_by_one),
        cmocka_unit_test(numbers_are_digits_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
