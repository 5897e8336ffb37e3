// SPDX-License-Identifier: MIT
/* The words that members of a key are made of. */
#include "team/key_words.h"

#include <stdio.h>

#include "unit.h"

static const struct {
    const char *text;
    bool fine;
    struct key_expiry_text want;
} expiries[] = {
    { "2026-12-31", true, { KEY_EXPIRES_DAY, 2026, 12, 31, 0 } },
    { "2024-02-29", true, { KEY_EXPIRES_DAY, 2024, 2, 29, 0 } },
    { "2023-02-29", false, { 0 } },
    { "2026-04-31", false, { 0 } },
    { "2026-00-01", false, { 0 } },
    { "2026-1-01", false, { 0 } },
    { "2026/12/31", false, { 0 } },
    { "1970-01-01T00:00:01Z", true, { .kind = KEY_EXPIRES_TIME, .ms = 1000 } },
    { "1970-01-01T08:00:01.5+08:00",
      true,
      { .kind = KEY_EXPIRES_TIME, .ms = 1500 } },
    { "1970-01-01T00:00:01", false, { 0 } },
    { "1d", true, { .kind = KEY_EXPIRES_AFTER, .ms = 86400000 } },
    { "2d after first use",
      true,
      { .kind = KEY_EXPIRES_AFTER, .ms = 172800000 } },
    { "36500d", true, { .kind = KEY_EXPIRES_AFTER, .ms = 3153600000000 } },
    { "36501d", false, { 0 } },
    { "0d", false, { 0 } },
    { "+1d", false, { 0 } },
    { "1.5d", false, { 0 } },
    { "1 d", false, { 0 } },
    { "d", false, { 0 } },
    { "d after first use", false, { 0 } },
    { "1h", false, { 0 } },
    { "", false, { 0 } },
    { "never", false, { 0 } },
};

static void an_end_is_a_day_a_time_or_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expiries); i++) {
        const struct key_expiry_text *want = &expiries[i].want;
        struct key_expiry_text got = { 0 };

        if (key_expiry_parse(str_of(expiries[i].text), &got) !=
            expiries[i].fine)
            fail_msg("%s", expiries[i].text);
        if (!expiries[i].fine)
            continue;
        assert_int_equal(got.kind, want->kind);
        assert_int_equal(got.year, want->year);
        assert_int_equal(got.month, want->month);
        assert_int_equal(got.day, want->day);
        assert_int_equal(got.ms, want->ms);
    }
}

static const struct {
    enum limit limit;
    const char *json;
    bool fine;
    uint64_t want;
} values[] = {
    { LIMIT_RPM, "60", true, 60 },
    { LIMIT_RPM, "60.0", true, 60 },
    { LIMIT_RPM, "6e1", true, 60 },
    { LIMIT_RPM, "0", true, 0 },
    { LIMIT_RPM, "\"60\"", true, 60 },
    { LIMIT_RPM, "60.5", false, 0 },
    { LIMIT_RPM, "-1", false, 0 },
    { LIMIT_RPM, "9007199254740993", false, 0 },
    { LIMIT_COST_DAY, "3.1", true, 3100000 },
    { LIMIT_COST_DAY, "\"3.10\"", true, 3100000 },
    { LIMIT_COST_DAY, "0.1", true, 100000 },
    { LIMIT_COST_DAY, "0.3", true, 300000 },
    { LIMIT_COST_DAY, "0.000001", true, 1 },
    { LIMIT_COST_DAY, "1e-6", true, 1 },
    { LIMIT_COST_DAY, "0.0000015", false, 0 },
    { LIMIT_COST_DAY, "1e-7", false, 0 },
    { LIMIT_COST_DAY, "1.0000001", false, 0 },
    { LIMIT_COST_DAY, "123456789.123456", true, 123456789123456 },
    { LIMIT_COST_DAY, "1e16", false, 0 },
    { LIMIT_COST_DAY, "null", false, 0 },
    { LIMIT_COST_DAY, "{}", false, 0 },
};

static void money_is_converted_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct err err = { 0 };
        struct json_doc *doc = json_doc_parse(str_of(values[i].json), &err);
        uint64_t got = 0;

        if (key_limit_value(values[i].limit, doc, &got, &err) != values[i].fine)
            fail_msg("%s", values[i].json);
        if (values[i].fine)
            assert_int_equal(got, values[i].want);
        else
            unit_assert_part(err.text, limit_kinds[values[i].limit].name);
        json_doc_free(doc);
    }
}

/* Every amount of up to six decimals that has a double comes back as it was. */
static void six_decimals_survive_being_a_double(void **state)
{
    uint64_t random = 99;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        char text[64];
        struct json_doc *doc;
        struct err err;
        uint64_t micro;
        uint64_t got;

        random = random * 6364136223846793005u + 1442695040888963407u;
        micro = (random >> 14) % 1000000000000000u >> (i % 40);
        (void)snprintf(text, sizeof(text), "%llu.%06llu",
                       (unsigned long long)(micro / 1000000),
                       (unsigned long long)(micro % 1000000));
        doc = json_doc_parse(str_of(text), &err);
        assert_true(key_limit_value(LIMIT_COST_TOTAL, doc, &got, &err));
        assert_int_equal(got, micro);
        json_doc_free(doc);
    }
}

static void calls_have_names(void **state)
{
    enum key_call call;

    (void)state;
    for (unsigned bit = KEY_MESSAGES; bit <= KEY_OTHER; bit *= 2) {
        const char *name = key_call_name((enum key_call)bit);

        assert_true(key_call_find(str_of(name), &call));
        assert_int_equal(call, bit);
    }
    assert_false(key_call_find(STR("all"), &call));
    assert_false(key_call_find(STR_EMPTY, &call));
}

static void line_ends_are_visible_where_lines_are(void **state)
{
    (void)state;
    assert_true(key_words_are_visible(STR("a\n\tb"), true));
    assert_false(key_words_are_visible(STR("a\nb"), false));
    assert_false(key_words_are_visible(STR("a\xff"), true));
    assert_false(key_words_are_visible(STR("a\xe2\x80"), true));
    assert_false(key_words_are_visible(STR("a\xc2\xa0"
                                           "b"),
                                       true));
    assert_false(key_words_are_visible(STR("a\xe2\x80\x82"
                                           "b"),
                                       true));
    assert_false(key_words_are_visible(STR("a\xe2\x80\xaf"
                                           "b"),
                                       true));
    assert_false(key_words_are_visible(STR("a\xef\xb8\x8f"), true));
    assert_false(key_words_are_visible(STR("a\xe1\x9a\x80"), true));
    assert_false(key_words_are_visible(STR("a\xcd\x8f"), true));
    assert_false(key_words_are_visible(STR("a\xe2\xa0\x80"), true));
    /* People write it in texts. */
    assert_false(key_words_are_visible(STR("\xe3\x80\x80"), false));
    assert_true(key_words_are_visible(STR("a\xe3\x80\x80z"), true));
    assert_true(key_words_are_visible(STR("\xf0\x9f\x99\x82 \xc2\xa1"), false));
    assert_true(key_words_are_visible(STR_EMPTY, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_is_a_day_a_time_or_days),
        cmocka_unit_test(money_is_converted_exactly),
        cmocka_unit_test(six_decimals_survive_being_a_double),
        cmocka_unit_test(calls_have_names),
        cmocka_unit_test(line_ends_are_visible_where_lines_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
