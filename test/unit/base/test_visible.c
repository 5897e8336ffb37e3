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

static void ends_of_lines_may_stay(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    visible_add_lines(&out, STR("a\x1b[2J\n\nb\tc\xc2\x9b\n"), '?');
    unit_assert_str(buf_str(&out), "a?[2J\n\nb?c?\n");
    visible_add_lines(&out, STR(""), '?');
    visible_add_lines(&out, STR("d\re"), '?');
    unit_assert_str(buf_str(&out), "a?[2J\n\nb?c?\nd?e");
    buf_done(&out);
}

static void it_is_known_whether_all_prints(void **state)
{
    (void)state;
    assert_true(visible_is_all(STR(""), false));
    assert_true(visible_is_all(STR("caf\xc3\xa9"), false));
    assert_true(visible_is_all(STR("a\n\tb"), true));
    assert_false(visible_is_all(STR("a\nb"), false));
    assert_false(visible_is_all(STR("a\tb"), false));
    assert_false(visible_is_all(STR("a\rb"), true));
    assert_false(visible_is_all(STR("\x1b[2J"), true));
    assert_false(visible_is_all(STR("\xc2\x9b"), true));
    assert_false(visible_is_all(STR("\xe2\x80\xae"), true));
    assert_false(visible_is_all(STR("\xff"), true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_prints_nothing_is_a_blank),
        cmocka_unit_test(a_nul_prints_nothing_either),
        cmocka_unit_test(no_character_is_cut),
        cmocka_unit_test(ends_of_lines_may_stay),
        cmocka_unit_test(it_is_known_whether_all_prints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
