// SPDX-License-Identifier: MIT
/* Characters as a terminal shows them. */
#include "base/glyph.h"

#include "base/macros.h"
#include "base/visible.h"
#include "unit.h"

static void a_character_has_its_width(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        { "", 0 },
        { "abc ~", 5 },
        { "Zoë", 3 },
        { "Zoe\xcc\x88", 3 }, /* the same of two characters */
        { "日本語", 6 },
        { "한국", 4 },
        { "ｆｕｌｌ", 8 },
        { "ｶﾅ", 2 },
        { "🚀", 2 },
        { "a\xe2\x80\x8b"
          "b",
          3 }, /* shown as a blank */
        { "█▏…", 3 },
        { "\xf0\xa0\x80\x80", 2 },
        { "\xf4\x8f\xbf\xbf", 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(glyph_width(str_of(cases[i].text)), cases[i].width);
}

static void what_fits_is_whole(void **state)
{
    (void)state;
    unit_assert_str(glyph_cut(STR("日本語"), 6), "日本語");
    unit_assert_str(glyph_cut(STR("日本語"), 5), "日本");
    unit_assert_str(glyph_cut(STR("aë"), 1), "a");
    unit_assert_str(glyph_cut(STR("ae\xcc\x88x"), 2), "ae\xcc\x88");
    unit_assert_str(glyph_cut(STR("a"), 0), "");
}

static void nothing_moves_the_cursor(void **state)
{
    const struct {
        struct str text;
        const char *want;
    } cases[] = {
        { STR("a\x1b[2J\n\xff\xc2\x9b"
              "b\0c\x7f"),
          "a [2J   b c " },
        { STR("a\xe2\x80\xae"
              "b\xe2\x81\xa6\xe2\x80\xa8."),
          "a b  ." },
        { STR("Zoë 日本 \xc2\xa0"), "Zoë 日本 \xc2\xa0" },
        { STR("\xe2\x80"), "  " },
    };
    struct buf out;

    (void)state;
    buf_init(&out, 256);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_clear(&out);
        assert_true(visible_add(&out, cases[i].text, ' ', 256));
        unit_assert_str(buf_str(&out), cases[i].want);
        assert_int_equal(glyph_width(cases[i].text),
                         glyph_width(buf_str(&out)));
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_has_its_width),
        cmocka_unit_test(what_fits_is_whole),
        cmocka_unit_test(nothing_moves_the_cursor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
