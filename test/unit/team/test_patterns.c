// SPDX-License-Identifier: MIT
/* Glob patterns. */
#include "team/patterns.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *pattern;
    const char *text;
    bool matches;
} cases[] = {
    { "claude-opus-4-5", "claude-opus-4-5", true },
    { "claude-opus-4-5", "claude-opus-4-5-20251101", false },
    { "claude-opus-*", "claude-opus-4-5-20251101", true },
    { "claude-opus-*", "claude-opus-", true },
    { "claude-opus-*", "claude-opus", false },
    { "Claude-OPUS-*", "claude-opus-4", true },
    { "claude-*", "CLAUDE-haiku", true },
    { "*", "", true },
    { "*", "anything", true },
    { "**", "anything", true },
    { "", "", true },
    { "", "a", false },
    { "a", "", false },
    { "?", "", false },
    { "?", "a", true },
    { "?", "ab", false },
    { "*haiku*", "claude-haiku-4", true },
    { "*haiku*", "claude-sonnet-4", false },
    { "*a*b*c", "xxaxxbxxc", true },
    { "*a*b*c", "xxaxxbxxcx", false },
    { "*ab", "aab", true },
    { "*aab", "aaaab", true },
    { "a*a", "a", false },
    { "claude-?-4", "claude-\xc3\xa9-4", true },
    { "claude-?\?-4", "claude-\xc3\xa9-4", false },
    { "*?\?", "\xc3\xa9", false },
    { "?", "\xff", true },
    { "[ab]", "a", false },
    { "[ab]", "[ab]", true },
    { "a\\*", "a*", false },
    { "claude-cli/2.*", "claude-cli/2.0.14 (external, cli)", true },
    { "*@*", "user", false },
};

static void a_pattern_matches_the_whole_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (pattern_matches(str_of(cases[i].pattern), str_of(cases[i].text)) !=
            cases[i].matches)
            fail_msg("%s on %s", cases[i].pattern, cases[i].text);
    }
}

/* Exponential matchers do not come back from this. */
static void many_stars_take_no_longer(void **state)
{
    char pattern[PATTERN_MAX];
    static char text[8000];

    (void)state;
    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[sizeof(pattern) - 2] = 'b';
    memset(text, 'a', sizeof(text));
    assert_false(pattern_matches((struct str){ pattern, sizeof(pattern) },
                                 (struct str){ text, sizeof(text) }));
}

static const struct {
    const char *list;
    const char *said; /* NULL: fine */
} lists[] = {
    { "[\"claude-*\"]", NULL },
    { "[\"a\",\"b\",\"\xe6\xa8\xa1\xe5\x9e\x8b*\"]", NULL },
    { "[]", "models must be an array of 1 to 64" },
    { "\"claude-*\"", "models must be an array" },
    { "{\"a\":\"b\"}", "models must be an array" },
    { "[\"a\",1]", "models[1] must be a text" },
    { "[\"a\",\"b\",\"\"]", "models[2] must be a text" },
    { "[\"a\\nb\"]", "models[0] must be a text" },
    { "[\"a\\u007fb\"]", "models[0] must be a text" },
    { "[null]", "models[0] must be a text" },
};

static void a_bad_list_is_named_by_its_element(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct err err = { 0 };
        struct json_doc *list = json_doc_parse(str_of(lists[i].list), &err);

        assert_non_null(list);
        assert_int_equal(patterns_check(list, "models", &err), !lists[i].said);
        if (lists[i].said) {
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, lists[i].said);
        }
        json_doc_free(list);
    }
}

static void sizes_are_bounded(void **state)
{
    struct json_doc *list = json_doc_new_array();
    char text[PATTERN_MAX + 1];
    struct err err;

    (void)state;
    memset(text, 'a', sizeof(text));
    json_doc_add(list, json_doc_new_str((struct str){ text, PATTERN_MAX }));
    assert_true(patterns_check(list, "models", &err));
    json_doc_add(list, json_doc_new_str((struct str){ text, PATTERN_MAX + 1 }));
    assert_false(patterns_check(list, "models", &err));
    json_doc_free(list);
    list = json_doc_new_array();
    for (size_t i = 0; i < PATTERNS_MAX; i++)
        json_doc_add(list, json_doc_new_str(STR("a")));
    assert_true(patterns_check(list, "models", &err));
    json_doc_add(list, json_doc_new_str(STR("a")));
    assert_false(patterns_check(list, "models", &err));
    json_doc_free(list);
}

static void one_of_the_list_is_enough(void **state)
{
    struct err err;
    struct json_doc *list =
        json_doc_parse(STR("[\"claude-haiku-*\",\"x\"]"), &err);
    struct patterns *patterns = patterns_new(list);

    (void)state;
    json_doc_free(list);
    assert_int_equal(patterns->count, 2);
    assert_true(patterns_match(patterns, STR("claude-haiku-4")));
    assert_true(patterns_match(patterns, STR("x")));
    assert_false(patterns_match(patterns, STR("y")));
    assert_false(patterns_match(patterns, STR_EMPTY));
    patterns_free(patterns);
    assert_false(patterns_match(NULL, STR("x")));
    assert_null(patterns_new(NULL));
    patterns_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_the_whole_text),
        cmocka_unit_test(many_stars_take_no_longer),
        cmocka_unit_test(a_bad_list_is_named_by_its_element),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(one_of_the_list_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
