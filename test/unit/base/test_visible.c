// SPDX-License-Identifier: MIT
/* Characters that print something, and nothing else. */
#include "base/visible.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *text;
    const char *cleaned; /* with '?' */
} cases[] = {
    { "", "" },
    { "a b", "a b" },
    { "a\nb\tc\x7f", "a?b?c?" },
    { "\x1b[31m", "?[31m" },
    { "caf\xc3\xa9 \xf0\x9f\x99\x82", "caf\xc3\xa9 \xf0\x9f\x99\x82" },
    { "a\xff"
      "b\xe2\x80",
      "a?b??" },
    { "a\xe2\x80\xae"
      "b\xe2\x81\xa6"
      "c\xd8\x9c",
      "a?b?c?" }, /* bidi */
    { "a\xc2\x85\xc2\xa0\xe2\x80\xa8", "a?\xc2\xa0?" },
};

static void what_prints_nothing_is_a_blank(void **state)
{
    struct buf out;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_init(&out, 100);
        assert_true(visible_add(&out, str_of(cases[i].text), '?', 100));
        unit_assert_str(buf_str(&out), cases[i].cleaned);
        buf_done(&out);
    }
}

static void a_nul_prints_nothing_either(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    assert_true(visible_add(&out, (struct str){ "a\0b", 3 }, ' ', 3));
    unit_assert_str(buf_str(&out), "a b");
    buf_done(&out);
}

static void no_character_is_cut(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    buf_add(&out, STR("-"));
    assert_false(visible_add(&out, STR("ab\xc3\xa9"), '?', 3));
    unit_assert_str(buf_str(&out), "-ab");
    assert_true(visible_add(&out, STR("ab\xc3\xa9"), '?', 4));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_prints_nothing_is_a_blank),
        cmocka_unit_test(a_nul_prints_nothing_either),
        cmocka_unit_test(no_character_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
