// SPDX-License-Identifier: MIT
/* JSON documents. */
#include "base/json.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *name;
    const char *text;
    bool fine;
} parse_cases[] = {
    { "object", "{\"a\":1}", true },
    { "array", "[1,2]", true },
    { "bare text", "\"x\"", true },
    { "bare number", "-1.5e3", true },
    { "null", "null", true },
    { "white space around", " \n{}\t", true },
    { "escapes", "{\"a\":\"\\u00e9\\ud83d\\ude00\\n\"}", true },
    { "empty", "", false },
    { "space only", "  ", false },
    { "two values", "{}{}", false },
    { "rest behind", "{} x", false },
    { "duplicate member", "{\"a\":1,\"a\":2}", false },
    { "nested duplicate", "{\"b\":{\"a\":1,\"a\":2}}", false },
    { "trailing comma", "{\"a\":1,}", false },
    { "single quotes", "{'a':1}", false },
    { "NUL escape", "{\"a\":\"\\u0000\"}", false },
    { "lone surrogate", "{\"a\":\"\\ud83d\"}", false },
    { "control character", "{\"a\":\"\x01\"}", false },
    { "invalid UTF-8", "{\"a\":\"\xff\"}", false },
    { "number too big", "{\"a\":99999999999999999999}", false },
    { "NaN", "NaN", false },
    { "cut", "{\"a\":", false },
    { "byte order mark", "\xef\xbb\xbf{}", false },
};

static void texts_are_documents_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(parse_cases); i++) {
        struct err err = { 0 };
        struct json_doc *doc =
            json_doc_parse(str_of(parse_cases[i].text), &err);

        if ((doc != NULL) != parse_cases[i].fine)
            fail_msg("%s", parse_cases[i].name);
        if (!doc) {
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, "not valid JSON");
        }
        json_doc_free(doc);
    }
}

static bool parses_at_depth(size_t depth)
{
    char text[300];
    struct err err;
    struct json_doc *doc;

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    doc = json_doc_parse((struct str){ text, 2 * depth }, &err);
    json_doc_free(doc);
    return doc != NULL;
}

static void nesting_ends_at_64(void **state)
{
    struct err err;
    struct json_doc *doc;

    (void)state;
    assert_true(parses_at_depth(64));
    assert_false(parses_at_depth(65));
    /* Brackets inside texts do not nest. */
    doc = json_doc_parse(
        STR("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
            "[[[[[[[[\\\"[[[[[[[[\""),
        &err);
    assert_non_null(doc);
    json_doc_free(doc);
}

static void a_hundred_thousand_brackets_are_refused_at_once(void **state)
{
    static char text[100000];
    struct err err;

    (void)state;
    memset(text, '[', sizeof(text));
    assert_null(json_doc_parse((struct str){ text, sizeof(text) }, &err));
    unit_assert_part(err.text, "nested too deeply");
}

static void an_error_never_quotes_the_text(void **state)
{
    struct err err;

    (void)state;
    assert_null(json_doc_parse(STR("{\"key\":sk-ant-canary}"), &err));
    assert_null(strstr(err.text, "canary"));
    assert_null(strstr(err.text, "sk-"));
}

static void members_are_read_by_type(void **state)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(
        STR("{\"s\":\"tea\",\"n\":5,\"neg\":-1,\"f\":1.5,\"b\":true,"
            "\"z\":null,\"o\":{\"in\":\"side\"},\"l\":[\"x\",2]}"),
        &err);
    struct str text;
    uint64_t number;
    bool flag;

    (void)state;
    assert_true(json_doc_is_object(doc));
    assert_true(json_doc_get_str(doc, "s", &text));
    unit_assert_str(text, "tea");
    assert_true(json_doc_get_u64(doc, "n", &number) && number == 5);
    assert_true(json_doc_get_bool(doc, "b", &flag) && flag);
    assert_false(json_doc_get_str(doc, "n", &text));
    assert_false(json_doc_get_str(doc, "none", &text));
    assert_false(json_doc_get_u64(doc, "neg", &number));
    assert_false(json_doc_get_u64(doc, "f", &number));
    assert_false(json_doc_get_u64(doc, "s", &number));
    assert_false(json_doc_get_bool(doc, "n", &flag));
    assert_true(json_doc_is_null(json_doc_get(doc, "z")));
    assert_false(json_doc_is_bool(json_doc_get(doc, "z")));
    assert_false(json_doc_is_whole(json_doc_get(doc, "z")));
    assert_false(json_doc_is_null(json_doc_get(doc, "none")));
    assert_true(json_doc_get_str(json_doc_get(doc, "o"), "in", &text));
    assert_int_equal(json_doc_count(json_doc_get(doc, "l")), 2);
    assert_true(json_doc_as_str(json_doc_at(json_doc_get(doc, "l"), 0), &text));
    unit_assert_str(text, "x");
    assert_null(json_doc_at(json_doc_get(doc, "l"), 2));
    assert_int_equal(json_doc_count(json_doc_get(doc, "o")), 1);
    json_doc_free(doc);
}

static void a_missing_document_has_no_members(void **state)
{
    struct str text;

    (void)state;
    assert_false(json_doc_is_object(NULL));
    assert_false(json_doc_is_array(NULL));
    assert_null(json_doc_get(NULL, "x"));
    assert_false(json_doc_get_str(NULL, "x", &text));
    assert_false(json_doc_as_str(NULL, &text));
    assert_int_equal(json_doc_count(NULL), 0);
    json_doc_free(NULL);
}

static void documents_are_built_and_written(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *list = json_doc_new_array();
    struct json_doc *inner = json_doc_new_object();
    struct buf out;

    (void)state;
    json_doc_set_str(doc, "name", STR("a\"b\n\xc3\xa9"));
    json_doc_set_u64(doc, "n", 7);
    json_doc_set_u64(doc, "n", INT64_MAX);
    json_doc_set_bool(doc, "yes", true);
    json_doc_set_str(doc, "gone", STR("x"));
    json_doc_remove(doc, "gone");
    json_doc_remove(doc, "never there");
    json_doc_set(inner, "k", json_doc_new_array());
    json_doc_add(list, inner);
    json_doc_set(doc, "list", list);
    assert_true(json_doc_is_array(json_doc_get(doc, "list")));
    buf_init(&out, 1000);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out),
                    "{\"name\":\"a\\\"b\\n\xc3\xa9\",\"n\":9223372036854775807,"
                    "\"yes\":true,\"list\":[{\"k\":[]}]}");
    buf_clear(&out);
    assert_true(json_doc_write(doc, true, &out));
    unit_assert_str(str_sub(buf_str(&out), 0, 12), "{\n  \"name\": ");
    buf_done(&out);
    json_doc_free(doc);
}

static void writing_says_when_it_failed(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    struct buf out;

    (void)state;
    json_doc_set_str(doc, "name", STR("a long name"));
    buf_init(&out, 10);
    assert_false(json_doc_write(doc, false, &out));
    buf_done(&out);
    json_doc_set_str(doc, "name", STR("\xff"));
    buf_init(&out, 1000);
    assert_false(json_doc_write(doc, false, &out));
    buf_done(&out);
    json_doc_free(doc);
}

static const struct {
    const char *doc;
    const char *patch;
    const char *want;
} patch_cases[] = {
    { "{}", "{}", "{}" },
    { "{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":\"x\"}",
      "{\"a\":1,\"b\":\"x\",\"c\":3}" },
    { "{\"a\":1,\"b\":2}", "{\"a\":null,\"never\":null}", "{\"b\":2}" },
    { "{\"a\":1}", "{\"z\":[1],\"b\":{}}", "{\"a\":1,\"z\":[1],\"b\":{}}" },
    /* Whole members: what lies inside is not merged. */
    { "{\"a\":{\"x\":1}}", "{\"a\":{\"y\":null}}", "{\"a\":{\"y\":null}}" },
};

static void a_patch_changes_its_own_members_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(patch_cases); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(patch_cases[i].doc), &err);
        struct json_doc *patch =
            json_doc_parse(str_of(patch_cases[i].patch), &err);
        struct buf out;

        json_doc_merge(doc, patch);
        json_doc_free(patch);
        buf_init(&out, 1000);
        assert_true(json_doc_write(doc, false, &out));
        unit_assert_str(buf_str(&out), patch_cases[i].want);
        buf_done(&out);
        json_doc_free(doc);
    }
}

static void a_copy_shares_nothing(void **state)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(STR("{\"a\":{\"b\":1}}"), &err);
    struct json_doc *copy = json_doc_copy(doc);
    uint64_t number;

    (void)state;
    json_doc_set_u64(json_doc_get(doc, "a"), "b", 2);
    assert_true(json_doc_get_u64(json_doc_get(copy, "a"), "b", &number));
    assert_int_equal(number, 1);
    json_doc_free(doc);
    json_doc_free(copy);
}

static bool count_until_b(void *arg, struct str name, struct json_doc *value)
{
    (void)value;
    (*(int *)arg)++;
    return !str_eq(name, STR("b"));
}

static void members_are_visited_until_one_says_stop(void **state)
{
    struct err err;
    struct json_doc *two = json_doc_parse(STR("{\"a\":1,\"c\":2}"), &err);
    struct json_doc *one = json_doc_parse(STR("{\"b\":1}"), &err);
    struct json_doc *none = json_doc_parse(STR("[1]"), &err);
    int count = 0;

    (void)state;
    assert_true(json_doc_each(two, count_until_b, &count));
    assert_int_equal(count, 2);
    assert_false(json_doc_each(one, count_until_b, &count));
    assert_int_equal(count, 3);
    assert_true(json_doc_each(none, count_until_b, &count));
    assert_true(json_doc_each(NULL, count_until_b, &count));
    assert_int_equal(count, 3);
    json_doc_free(two);
    json_doc_free(one);
    json_doc_free(none);
}

static void numbers_are_read_whole_or_not(void **state)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(STR("[3,0.5,-1e3,\"1\",true]"), &err);
    const double want[] = { 3, 0.5, -1000 };
    double got;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_true(json_doc_as_number(json_doc_at(doc, i), &got));
        assert_true(got <= want[i] && got >= want[i]);
    }
    assert_false(json_doc_as_number(json_doc_at(doc, 3), &got));
    assert_false(json_doc_as_number(json_doc_at(doc, 4), &got));
    assert_false(json_doc_as_number(NULL, &got));
    json_doc_free(doc);
}

static void numbers_are_written_as_people_write_them(void **state)
{
    static const char *const same[] = {
        "[3.1,0.1,123456789.123456,1e-7,true,false]",
        /* One that needs all its digits makes the others long, and keeps them. */
        "[0.12345678901234568]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(same[i]), &err);
        struct buf out;

        buf_init(&out, 1000);
        assert_true(json_doc_write(doc, false, &out));
        if (i == 0)
            assert_true(
                str_starts(buf_str(&out), STR("[3.1,0.1,123456789.123456,")));
        else
            unit_assert_str(buf_str(&out), same[i]);
        buf_done(&out);
        json_doc_free(doc);
    }
}

static void only_true_and_false_are_truths(void **state)
{
    static const struct {
        const char *text;
        bool is_one;
        bool value;
    } rows[] = { { "true", true, true },
                 { "false", true, false },
                 { "1", false, false },
                 { "\"true\"", false, false },
                 { "null", false, false } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(rows[i].text), &err);
        bool value = false;

        assert_true(json_doc_as_bool(doc, &value) == rows[i].is_one);
        assert_true(value == rows[i].value);
        json_doc_free(doc);
    }
    assert_false(json_doc_as_bool(NULL, &(bool){ false }));
}

static void values_are_the_same_or_not(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = { { "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true },
                 { "[1,2]", "[2,1]", false },
                 { "1", "1.0", false },
                 { "null", "false", false },
                 { "\"x\"", "\"x\"", true } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct json_doc *a = json_doc_parse(str_of(rows[i].a), &err);
        struct json_doc *b = json_doc_parse(str_of(rows[i].b), &err);

        assert_true(json_doc_is_same(a, b) == rows[i].same);
        assert_false(json_doc_is_same(a, NULL) || json_doc_is_same(NULL, b));
        json_doc_free(a);
        json_doc_free(b);
    }
    assert_true(json_doc_is_same(NULL, NULL));
}

static void values_are_estimated_without_parsing(void **state)
{
    static const struct {
        const char *text;
        size_t want;
    } rows[] = {
        { "7", 1 },
        { "[{},{},{}]", 7 },
        { "{\"a\":[1,2],\"b\":3}", 5 },
        { "\"[{,\\\"[{,\\\\\"", 1 },
        { "[\"a,b\",\"\\\\\",1]", 4 },
        { "", 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(json_estimate_values(str_of(rows[i].text)),
                         rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_documents_or_refused),
        cmocka_unit_test(nesting_ends_at_64),
        cmocka_unit_test(a_hundred_thousand_brackets_are_refused_at_once),
        cmocka_unit_test(an_error_never_quotes_the_text),
        cmocka_unit_test(members_are_read_by_type),
        cmocka_unit_test(a_missing_document_has_no_members),
        cmocka_unit_test(documents_are_built_and_written),
        cmocka_unit_test(a_patch_changes_its_own_members_only),
        cmocka_unit_test(members_are_visited_until_one_says_stop),
        cmocka_unit_test(numbers_are_read_whole_or_not),
        cmocka_unit_test(numbers_are_written_as_people_write_them),
        cmocka_unit_test(a_copy_shares_nothing),
        cmocka_unit_test(writing_says_when_it_failed),
        cmocka_unit_test(only_true_and_false_are_truths),
        cmocka_unit_test(values_are_the_same_or_not),
        cmocka_unit_test(values_are_estimated_without_parsing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
