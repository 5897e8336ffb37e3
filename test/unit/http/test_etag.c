// SPDX-License-Identifier: MIT
/* Entity tags. */
#include "http/etag.h"

#include "unit.h"

static void the_bytes_make_the_tag(void **state)
{
    char one[ETAG_MAX];
    char two[ETAG_MAX];

    (void)state;
    etag_of(STR("tea"), one);
    assert_int_equal(strlen(one), 34);
    assert_int_equal(one[0], '"');
    assert_int_equal(one[33], '"');
    etag_of(STR("tea"), two);
    assert_string_equal(one, two);
    etag_of(STR("tee"), two);
    assert_string_not_equal(one, two);
    etag_of(STR_EMPTY, two);
    assert_string_equal(two, "\"e3b0c44298fc1c149afbf4c8996fb924\"");
}

static const struct {
    struct header fields[2];
    bool known;
} cases[] = {
#define FIELD(name, value)                                                     \
    {                                                                          \
        { name, sizeof(name) - 1 },                                            \
        {                                                                      \
            value, sizeof(value) - 1                                           \
        }                                                                      \
    }
    { { FIELD("if-none-match", "\"a\""), FIELD("x", "") }, true },
    { { FIELD("If-None-Match", "\"b\", W/\"a\""), FIELD("x", "") }, true },
    { { FIELD("if-none-match", "*"), FIELD("x", "") }, true },
    { { FIELD("if-none-match", "\"b\""), FIELD("if-none-match", "\"a\"") },
      true },
    { { FIELD("if-none-match", "\"b\""), FIELD("x", "") }, false },
    { { FIELD("if-none-match", "a"), FIELD("x", "") }, false },
    { { FIELD("if-none-match", "\"a"), FIELD("x", "") }, false },
    { { FIELD("if-none-match", "w/\"a\""), FIELD("x", "") }, false },
    { { FIELD("if-none-match", ""), FIELD("x", "") }, false },
    { { FIELD("if-match", "\"a\""), FIELD("x", "\"a\"") }, false },
};

static void a_client_names_what_it_has(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct headers headers = headers_of(cases[i].fields, 2);

        if (etag_is_known(&headers, "\"a\"") != cases[i].known)
            fail_msg("case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_make_the_tag),
        cmocka_unit_test(a_client_names_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
