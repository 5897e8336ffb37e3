// SPDX-License-Identifier: MIT
/* Messages are read by people: times as they say them, lines as wide as there is room. */
#include "app/top_attention.h"

#include "base/glyph.h"
#include "unit.h"

#define NOW_MS 1795996800000u /* 2026-11-30T00:00:00Z */

static void spans_are_rounded_up_to_minutes(void **state)
{
    static const struct {
        uint64_t ms;
        const char *want;
    } cases[] = {
        { 1, "1 min" },
        { 57ull * 60000, "57 min" },
        { 60ull * 60000, "1:00 h" },
        { 132ull * 60000, "2:12 h" },
        { 2879ull * 60000, "47:59 h" },
        { 2880ull * 60000, "2 d" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;

        buf_init(&out, 64);
        top_attention_add_span(&out, cases[i].ms);
        unit_assert_str(buf_str(&out), cases[i].want);
        buf_done(&out);
    }
}

static void times_are_as_people_say_them(void **state)
{
    static const struct {
        const char *item;
        const char *want;
    } cases[] = {
        { "{\"message\":\"It begins anew at 2026-11-30T00:57:00.000Z.\"}",
          "It begins anew in 57 min." },
        { "{\"message\":\"used up at about 2026-11-30T02:12:00Z if so\"}",
          "used up in about 2:12 h if so" },
        { "{\"message\":\"It began at 2026-11-29T22:00:00Z.\"}",
          "It began at 2026-11-29 22:00 UTC." },
        { "{\"message\":\"paused until 2026-11-30T14:02:00Z\"}",
          "paused until 14:02 UTC" },
        { "{\"message\":\"m.\",\"since\":\"2026-11-30T00:00:00.000Z\"}",
          "m (since 00:00 UTC)" },
        { "{\"message\":\"at 2026-99-30T00:57:00Z 2026 Z\",\"since\":null}",
          "at 2026-99-30T00:57:00Z 2026 Z" },
        { "{\"message\":\"a\\nb\\u001b[2J\"}", "a b [2J" },
        { "{}", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err;
        struct json_doc *item = json_doc_parse(str_of(cases[i].item), &err);
        struct buf out;

        assert_non_null(item);
        buf_init(&out, TOP_ATTENTION_MAX);
        top_attention_say(&out, item, NOW_MS);
        unit_assert_str(buf_str(&out), cases[i].want);
        buf_done(&out);
        json_doc_free(item);
    }
}

static void lines_are_broken_between_words(void **state)
{
    struct str text = STR(" one two  three");
    struct str line;

    (void)state;
    assert_true(top_attention_wrap(&text, 8, false, &line));
    unit_assert_str(line, "one two");
    assert_true(top_attention_wrap(&text, 3, false, &line));
    unit_assert_str(line, "thr");
    assert_true(top_attention_wrap(&text, 1, true, &line));
    unit_assert_str(line, "ee");
    assert_false(top_attention_wrap(&text, 8, false, &line));
}

/* A glyph of two columns does not fit into one. */
static void it_always_ends(void **state)
{
    struct str text = STR("\u6c34\u6c34");
    struct str line;

    (void)state;
    assert_true(top_attention_wrap(&text, 1, false, &line));
    assert_true(top_attention_wrap(&text, 1, false, &line));
    assert_false(top_attention_wrap(&text, 1, false, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_rounded_up_to_minutes),
        cmocka_unit_test(times_are_as_people_say_them),
        cmocka_unit_test(lines_are_broken_between_words),
        cmocka_unit_test(it_always_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
