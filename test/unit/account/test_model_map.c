// SPDX-License-Identifier: MIT
/* Maps of models: what may stand in one, and what is found. */
#include "account/model_map.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define TEXT_127                                                               \
    "1234567890123456789012345678901234567890123456789012345678901234567890"   \
    "123456789012345678901234567890123456789012345678901234567"

static const struct {
    const char *text;
    const char *why; /* NULL: fine */
} cases[] = {
    { "{}", NULL },
    { "{\"claude-sonnet-5\":\"glm-5\"}", NULL },
    { "{\"a\":\"b\",\"c\":\"b\"}", NULL },
    { "{\"a\":\"org/model:free\",\"b\":\"arn:aws:x/y\"}", NULL },
    { "{\"a\":\"" TEXT_127 "\"}", NULL },
    { "{\"a\":\"" TEXT_127 "8\"}", "model_map \"a\"" },
    { "{\"" TEXT_127 "8\":\"a\"}", "of 1 to 127 printable characters" },
    { "{\"*\":\"*\"}", NULL },
    { "{\"a\":\"b\",\"*\":\"c\"}", NULL },
    { "{\"a\":\"*\"}", "\"*\" is no model" },
    { "[]", "must be an object" },
    { "\"a=b\"", "must be an object" },
    { "{\"a\":\"\"}", "model_map \"a\"" },
    { "{\"\":\"a\"}", "on both sides" },
    { "{\"a\":5}", "model_map \"a\"" },
    { "{\"a\":null}", "model_map \"a\"" },
    { "{\"a\":\"b c\"}", "without spaces" },
    { "{\"a\":\"b\\n\"}", "without spaces" },
    { "{\"a\":\"\xc3\xa9\"}", "printable" },
    { "{\"a\":\"sk-ant-api03-canary\"}", "model_map \"a\"" },
};

static struct json_doc *parse(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    assert_non_null(doc);
    return doc;
}

static void names_are_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_doc *map = parse(cases[i].text);
        struct err err = { .text = "" };

        if (model_map_check(map, &err) != !cases[i].why)
            fail_msg("%s", cases[i].text);
        if (cases[i].why)
            unit_assert_part(err.text, cases[i].why);
        assert_null(strstr(err.text, "canary"));
        json_doc_free(map);
    }
}

static void there_are_not_too_many(void **state)
{
    struct json_doc *map = json_doc_new_object();
    struct err err;
    char name[16];

    (void)state;
    for (int i = 0; i < MODEL_MAP_MAX; i++) {
        (void)snprintf(name, sizeof(name), "m-%d", i);
        json_doc_set_str(map, name, STR("x"));
    }
    assert_true(model_map_check(map, &err));
    json_doc_set_str(map, "one-more", STR("x"));
    assert_false(model_map_check(map, &err));
    unit_assert_part(err.text, "at most 64");
    json_doc_free(map);
}

static void the_whole_name_is_found(void **state)
{
    struct json_doc *map =
        parse("{\"claude-sonnet-5\":\"glm-5\",\"claude-opus-5\":\"glm-6\"}");

    (void)state;
    unit_assert_str(model_map_find(map, STR("claude-sonnet-5")), "glm-5");
    unit_assert_str(model_map_find(map, STR("claude-opus-5")), "glm-6");
    unit_assert_str(model_map_find(map, STR("claude-sonnet-5-20260101")), "");
    unit_assert_str(model_map_find(map, STR("claude-sonnet")), "");
    unit_assert_str(model_map_find(map, STR("glm-5")), "");
    unit_assert_str(model_map_find(map, STR_EMPTY), "");
    unit_assert_str(model_map_find(NULL, STR("claude-sonnet-5")), "");
    assert_true(str_starts(model_map_any(map), STR("glm-")));
    unit_assert_str(model_map_any(NULL), "");
    json_doc_free(map);
}

static void a_star_stands_for_all_others(void **state)
{
    static const struct {
        const char *map;
        const char *model;
        bool has;
        const char *called;
    } rows[] = {
        { "{\"s\":\"g\"}", "s", true, "g" },
        { "{\"s\":\"g\"}", "g", true, "" },
        { "{\"s\":\"g\"}", "o", false, "" },
        { "{\"s\":\"g\",\"*\":\"*\"}", "s", true, "g" },
        { "{\"s\":\"g\",\"*\":\"*\"}", "o", true, "" },
        { "{\"s\":\"g\",\"*\":\"x\"}", "s", true, "g" },
        { "{\"s\":\"g\",\"*\":\"x\"}", "o", true, "x" },
        { "{\"s\":\"g\",\"*\":\"x\"}", "g", true, "" },
        { "{\"s\":\"g\",\"*\":\"x\"}", "x", true, "" },
        { "{\"*\":\"*\"}", "o", true, "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *map = parse(rows[i].map);

        assert_int_equal(model_map_has(map, str_of(rows[i].model)),
                         rows[i].has);
        unit_assert_str(model_map_find(map, str_of(rows[i].model)),
                        rows[i].called);
        assert_false(str_eq(model_map_any(map), STR("*")));
        json_doc_free(map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_star_stands_for_all_others),
        cmocka_unit_test(names_are_names),
        cmocka_unit_test(there_are_not_too_many),
        cmocka_unit_test(the_whole_name_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
