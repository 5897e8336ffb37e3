// SPDX-License-Identifier: MIT
/* Encodings of answers. */
#include "account/oauth_text.h"

#include "unit.h"

#define ROOM 256
/* With its length, NULs and all. */
#define STR_INIT(text)                                                         \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

static const struct {
    struct str body;
    const char *plain; /* NULL: the body itself */
} texts[] = {
    { STR_INIT(""), NULL },
    { STR_INIT("{}"), NULL },
    { STR_INIT("{\0"), NULL },
    { STR_INIT("{\"a\":1}"), NULL },
    { STR_INIT("{\"\0\":1}"), NULL },
    { STR_INIT("\xff\xfe{\0}\0"), "?{}" },
    { STR_INIT("\xfe\xff\0{\0}"), "?{}" },
    { STR_INIT("{\0}\0"), "{}" },
    { STR_INIT("\0{\0}"), "{}" },
    { STR_INIT("\xff\xfe{\0\xe9\0\x30\x20}\0"), "?{??}" },
    { STR_INIT("\xff\xfe{\0}\0x"), "?{}" },
};

static void wide_texts_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf out;
        struct str plain = oauth_text_plain(texts[i].body, &out);

        if (texts[i].plain)
            unit_assert_str(plain, texts[i].plain);
        else
            assert_true(str_eq(plain, texts[i].body));
        buf_done(&out);
    }
}

static const struct {
    const char *body;
    const char *inner; /* NULL: there is none */
} wrapped[] = {
    { "", NULL },
    { "{\"access_token\":\"A\"}", NULL },
    { "{\"b\":\"{\\\"a_token\\\":\\\"A\\\"}\"}",
      "{\"b\":\"{\"a_token\":\"A\"}\"}" },
    { "\"{\\n\\\"a_token\\u0022:\\\"\\\\u002d\\/\\u005Cu0041\\u00e9\\\"}\"",
      "\"{ \"a_token\":\"\\u002d/\\u0041\\u00e9\"}\"" },
    { "\"_token\\", "\"_token\\" },
};

static void one_level_of_escapes_is_taken_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrapped); i++) {
        struct buf out;
        bool found;

        buf_init(&out, ROOM);
        found = oauth_text_unwrap(str_of(wrapped[i].body), &out);
        assert_int_equal(found, wrapped[i].inner != NULL);
        if (found)
            unit_assert_str(buf_str(&out), wrapped[i].inner);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_texts_are_read),
        cmocka_unit_test(one_level_of_escapes_is_taken_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
