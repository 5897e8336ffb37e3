// SPDX-License-Identifier: MIT
/* Members of texts that are nearly JSON. */
#include "account/oauth_members.h"

#include "base/json.h"
#include "unit.h"

static bool any(struct str value)
{
    return value.len > 0;
}

static const struct {
    const char *text;
    size_t depth_max;
    const char *value; /* NULL: none */
} finds[] = {
    { "{\"a\":1}", 1, "1" },
    { "{\"a\":1}", 0, NULL },
    { "{\"a\" : \"x\\\"y\" }", 1, "\"x\\\"y\"" },
    { "{\"a\":true,\"b\":2}", 1, "true" },
    { "{\"a\":[1,2]}", 1, "[1,2]}" },
    { "{\"a\":{\"a\":1}}", 1, "{\"a\":1}}" },
    { "{\"b\":{\"a\":1}}", 1, NULL },
    { "{\"b\":{\"a\":1}}", 2, "1" },
    { "{\"b\":{\"a\":1},\"a\":2}", 9, "2" },
    { "{\"a\":2,\"b\":{\"a\":1}}", 9, "2" },
    { "{\"a\":1,\"a\":2}", 9, "2" },
    { "{\"a\":1}{\"a\":2}", 9, "1" },
    { "{\"b\":1}{\"a\":2}", 9, "2" },
    { "{\"aa\":1,\"A\":2}", 9, NULL },
    { "{\"b\":\"a\"}", 9, NULL },
    { "{\"b\":\"{\",\"c\":\"}}\",\"a\":1}", 1, "1" },
    { "{\"b\":\"\\\\\",\"a\":1}", 1, "1" },
    { "{\"b\":\"\\\"a\\\":1\"}", 9, NULL },
    { "{\"b\":\"\"\",\"a\":1}", 1, "1" },
    { "{\"a\":\"cut", 9, NULL },
    { "{\"a\":\"cut\\\"", 9, NULL },
    { "{\"a\":", 9, NULL },
    { "{\"a\"", 9, NULL },
    { "{\"a", 9, NULL },
    { "{\"", 9, NULL },
    { "\\", 9, NULL },
    { "", 9, NULL },
};

static void the_outermost_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(finds); i++) {
        struct str value;
        bool found =
            oauth_member(str_of(finds[i].text),
                         (struct oauth_wanted){ "a", any, finds[i].depth_max },
                         &value);

        if (found != (finds[i].value != NULL))
            fail_msg("%s", finds[i].text);
        if (found)
            unit_assert_str(value, finds[i].value);
    }
}

static const struct {
    const char *value;
    const char *text; /* NULL: not a string */
} texts[] = {
    { "\"\"", "" },
    { "\"a b\"", "a b" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
    { "\"\\u0041\\u00e9\\u4e2d\"", "A\xc3\xa9\xe4\xb8\xad" },
    { "\"\\ud800\"", "\xef\xbf\xbd" },
    { "\"\\u12\"", "\xef\xbf\xbd" },
    { "\"\\u00xy\"", "\xef\xbf\xbd" },
    { "\"\xc3\xa9\xff\"", "\xc3\xa9\xef\xbf\xbd" },
    { "\"\\q\"", "q" },
    { "7", NULL },
    { "\"", NULL },
    { "{}", NULL },
};

static void strings_become_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf out;
        bool good;

        buf_init(&out, 100);
        good = oauth_member_text(str_of(texts[i].value), &out);
        assert_int_equal(good, texts[i].text != NULL);
        if (good)
            unit_assert_str(buf_str(&out), texts[i].text);
        buf_done(&out);
    }
}

static void a_text_that_does_not_fit_is_none(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 3);
    assert_true(oauth_member_text(STR("\"abc\""), &out));
    buf_clear(&out);
    assert_false(oauth_member_text(STR("\"abcd\""), &out));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outermost_is_found),
        cmocka_unit_test(strings_become_text),
        cmocka_unit_test(a_text_that_does_not_fit_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
