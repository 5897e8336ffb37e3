// SPDX-License-Identifier: MIT
/* Codes of failures, and the values of their texts. */
#include "base/reason.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *name;
    const char *text;
    const char *values;
} rows[] = {
#define REASON(name, kind, text, values) { #name, text, values },
#include "base/reason.def"
#undef REASON
};

static void assert_value(const struct err *err, size_t number, const char *name,
                         const char *text)
{
    struct reason_value value;

    assert_true(reason_value(err, number, &value));
    unit_assert_str(value.name, name);
    unit_assert_str(value.text, text);
}

static void assert_values(const struct err *err, size_t count)
{
    struct reason_value value;

    assert_false(reason_value(err, count, &value));
}

static void a_reason_has_a_code_a_text_and_its_values(void **state)
{
    struct err err;
    char code[REASON_CODE_MAX];

    (void)state;
    assert_false(REASON_SET(&err, NUMBER_OUT_OF_RANGE, "weight", 100ull));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_string_equal(err.text,
                        "weight must be a whole number from 0 to 100");
    assert_string_equal(reason_code(&err, code), "number_out_of_range");
    assert_value(&err, 0, "member", "weight");
    assert_value(&err, 1, "max", "100");
    assert_values(&err, 2);
}

static void what_is_not_told_is_left_out(void **state)
{
    struct err err;

    (void)state;
    REASON_SET(&err, MEMBER_VALUE_INVALID, "name", "a text", "7");
    assert_value(&err, 0, "member", "name");
    assert_value(&err, 1, "value", "7");
    assert_values(&err, 2);
}

static void another_failure_has_the_code_of_its_kind(void **state)
{
    struct err err;
    char code[REASON_CODE_MAX];

    (void)state;
    REASON_SET(&err, MEMBER_MISSING, "name");
    err_set(&err, ERR_FIRST_BYTE, "%s", "silence");
    assert_string_equal(reason_code(&err, code), "first_byte");
    assert_values(&err, 0);
}

static void what_was_attempted_is_a_value_too(void **state)
{
    struct err err;

    (void)state;
    REASON_SET(&err, ADDRESS_BITS, "10.0.0.1/8", "10.0.0.0/8");
    err_wrap(&err, "%s[%d]", "addresses", 2);
    err_wrap(&err, "key");
    assert_value(&err, 0, "value", "10.0.0.1/8");
    assert_value(&err, 1, "block", "10.0.0.0/8");
    assert_value(&err, 2, "at", "key: addresses[2]");
    assert_values(&err, 3);
}

static void values_are_made_printable_and_are_cut_with_the_text(void **state)
{
    struct err err;
    struct reason_value value;
    char text[600];

    (void)state;
    REASON_SET(&err, MEMBER_MISSING, "a\n\x1b\xe2\x80\xae");
    assert_value(&err, 0, "member", "a???");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    REASON_SET(&err, ADDRESS_BITS, text, "10.0.0.0/8");
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_true(reason_value(&err, 0, &value));
    assert_int_equal(value.text.len, sizeof(err.text) - 1);
    assert_value(&err, 1, "block", "");
    err_wrap(&err, "%s", text);
    assert_value(&err, 0, "value", "");
}

static void a_failure_may_be_one_of_another_kind(void **state)
{
    struct err err;
    char code[REASON_CODE_MAX];

    (void)state;
    REASON_SET(&err, TAGS_NOT_LIST, 8);
    assert_false(err_as(&err, ERR_CONFIG));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_string_equal(reason_code(&err, code), "tags_not_list");
}

static size_t count_words(const char *text)
{
    size_t count = *text ? 1 : 0;

    for (; *text; text++)
        count += *text == ' ';
    return count;
}

static size_t count_conversions(const char *text)
{
    size_t count = 0;

    for (; (text = strchr(text, '%')); text++) {
        if (text[1] == '%')
            text++;
        else
            count++;
    }
    return count;
}

/* The rest, that they fit, the compiler says: format and arguments. */
static void every_row_can_be_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strlen(rows[i].name) >= REASON_CODE_MAX ||
            count_words(rows[i].values) > ERR_VALUES_MAX ||
            count_words(rows[i].values) > count_conversions(rows[i].text))
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_has_a_code_a_text_and_its_values),
        cmocka_unit_test(what_is_not_told_is_left_out),
        cmocka_unit_test(another_failure_has_the_code_of_its_kind),
        cmocka_unit_test(what_was_attempted_is_a_value_too),
        cmocka_unit_test(values_are_made_printable_and_are_cut_with_the_text),
        cmocka_unit_test(a_failure_may_be_one_of_another_kind),
        cmocka_unit_test(every_row_can_be_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
