// SPDX-License-Identifier: MIT
/* Requests measured by tables. */
#include "admin/row.h"

#include "unit.h"

static const struct admin_member sizes[] = {
    { "small", ADMIN_NUMBER, 0, "x", NULL },
    { "price", ADMIN_MONEY, ADMIN_OR_NULL, "x", NULL },
    ADMIN_END,
};
static const struct admin_member size_in_list[] = {
    { .type = ADMIN_OBJECT, .text = "x", .members = sizes },
    ADMIN_END,
};
static const struct admin_member text_in_list[] = {
    { .type = ADMIN_TEXT, .text = "x" },
    ADMIN_END,
};
static const struct admin_member members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "x", NULL },
    { "hot", ADMIN_BOOL, 0, "x", NULL },
    { "note", ADMIN_TEXT, ADMIN_OR_NULL, "x", NULL },
    { "sizes", ADMIN_OBJECT, ADMIN_OR_NULL, "x", sizes },
    { "free", ADMIN_OBJECT, 0, "x", NULL },
    { "tags", ADMIN_LIST, 0, "x", text_in_list },
    { "cups", ADMIN_LIST, 0, "x", size_in_list },
    { "any", ADMIN_ANY, 0, "x", NULL },
    ADMIN_END,
};
static const struct admin_member parameters[] = {
    { "name", ADMIN_TEXT, 0, "x", NULL },
    { "small", ADMIN_NUMBER, 0, "x", NULL },
    { "hot", ADMIN_BOOL, 0, "x", NULL },
    ADMIN_END,
};
static const struct admin_endpoint tea = { .body = members,
                                           .query = parameters };
static const struct admin_endpoint bare = { .body = NULL };

#define NAMED(more) "{\"name\":\"n\"," more "}"

static const struct {
    const char *body;
    const char *problem; /* NULL: none */
} cases[] = {
    { "{\"name\":\"n\"}", NULL },
    { "{\"name\":\"\"}", NULL },
    { "{}", "name is missing" },
    { "{\"hot\":true}", "name is missing" },
    { "{\"name\":null}", "name must be a text" },
    { "{\"name\":5}", "name must be a text" },
    { NAMED("\"hot\":false"), NULL },
    { NAMED("\"hot\":\"false\""), "hot must be true or false" },
    { NAMED("\"hot\":null"), "hot must be true or false" },
    { NAMED("\"note\":null"), NULL },
    { NAMED("\"note\":[]"), "note must be a text, or null" },
    { NAMED("\"sizes\":null"), NULL },
    { NAMED("\"sizes\":{}"), NULL },
    { NAMED("\"sizes\":[]"), "sizes must be an object, or null" },
    { NAMED("\"sizes\":{\"small\":5}"), NULL },
    { NAMED("\"sizes\":{\"small\":5.5}"),
      "sizes.small must be a whole number" },
    { NAMED("\"sizes\":{\"small\":\"5\"}"),
      "sizes.small must be a whole number" },
    { NAMED("\"sizes\":{\"price\":5.5}"), NULL },
    { NAMED("\"sizes\":{\"price\":\"5.50\"}"), NULL },
    { NAMED("\"sizes\":{\"price\":null}"), NULL },
    { NAMED("\"sizes\":{\"price\":true}"), "sizes.price must be an amount" },
    { NAMED("\"sizes\":{\"big\":1}"),
      "\"sizes.big\" is not known here, which takes small, price" },
    { NAMED("\"free\":{\"big\":1}"), NULL },
    { NAMED("\"free\":1"), "free must be an object" },
    { NAMED("\"tags\":[]"), NULL },
    { NAMED("\"tags\":[\"a\",\"b\"]"), NULL },
    { NAMED("\"tags\":[\"a\",1]"), "tags[1] must be a text" },
    { NAMED("\"tags\":\"a\""), "tags must be a list" },
    { NAMED("\"cups\":[{},{\"small\":1}]"), NULL },
    { NAMED("\"cups\":[{},{\"small\":{}}]"), "cups[1].small must be a whole" },
    { NAMED("\"cups\":[null]"), "cups[0] must be an object" },
    { NAMED("\"any\":[{}]"), NULL },
    { NAMED("\"nmae\":1"), "the member \"nmae\" is not known here, which "
                           "takes name, hot, note, sizes, free, tags" },
    { NAMED("\"Name\":1"), "\"Name\" is not known here" },
    { NAMED("\"\":1"), "is not known here" },
    { NAMED("\"nam\":1"), "\"nam\" is not known here" },
    /* What was pasted into the wrong place is not repeated. */
    { NAMED("\"sk-ant-api03-secret-secret-secret-secret\":1"),
      "\"(not shown)\" is not known here" },
};

static void a_body_is_what_its_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = { 0 };
        struct json_doc *body = json_doc_parse(str_of(cases[i].body), &err);

        assert_non_null(body);
        if (admin_check_body(&tea, body, &err) != !cases[i].problem)
            fail_msg("%s: %s", cases[i].body, err.text);
        if (cases[i].problem) {
            unit_assert_part(err.text, cases[i].problem);
            assert_int_equal(err.code, ERR_BAD_REQUEST);
        }
        json_doc_free(body);
    }
}

static void no_table_is_no_members(void **state)
{
    struct err err = { 0 };
    struct json_doc *body = json_doc_new_object();

    (void)state;
    assert_true(admin_check_body(&bare, body, &err));
    json_doc_set_bool(body, "hot", true);
    assert_false(admin_check_body(&bare, body, &err));
    unit_assert_part(err.text, "which takes none");
    json_doc_free(body);
}

static const struct {
    const char *query;
    const char *problem; /* NULL: none */
} queries[] = {
    { "", NULL },
    { "small=1", NULL },
    { "small=1&name=2", NULL },
    { "&&name", NULL },
    { "name=&hot=true", NULL },
    { "hot=false", NULL },
    { "&&", NULL },
    { "smalls=1", "\"smalls\" is not known here, which takes name, small" },
    { "small=1&x", "\"x\" is not known" },
    { "sma%6cl=1", "is not known" },
    { "=1", "is not known" },
    { "Hot=true", "\"Hot\" is not known" },
    { "small=1&small=1", "small may be given once only" },
    { "name&small=2&name=", "name may be given once only" },
    { "hot=true&hot=true", "hot may be given once only" },
    /* each of them was true once, and took a key away for good */
    { "hot", "hot must be true or false" },
    { "hot=", "hot must be true or false" },
    { "hot=no", "hot must be true or false" },
    { "hot=off", "hot must be true or false" },
    { "hot=2", "hot must be true or false" },
    { "hot=1", "hot must be true or false" },
    { "hot=TRUE", "hot must be true or false" },
    { "hot=true%20", "hot must be true or false" },
    { "hot=%74rue", "hot must be true or false" },
    { "small", "small must be a whole number" },
    { "small=", "small must be a whole number" },
    { "small=-1", "small must be a whole number" },
    { "small=1.5", "small must be a whole number" },
    { "small=99999999999999999999", "small must be a whole number" },
};

static void parameters_are_those_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct err err = { .text = "" };
        struct str query = str_of(queries[i].query);

        if (admin_check_query(&tea, query, &err) != !queries[i].problem)
            fail_msg("%s", queries[i].query);
        if (!queries[i].problem)
            continue;
        unit_assert_part(err.text, queries[i].problem);
        assert_int_equal(err.code, ERR_BAD_REQUEST);
    }
}

static void no_table_is_no_parameters(void **state)
{
    struct err err;

    (void)state;
    assert_true(admin_check_query(&bare, STR(""), &err));
    assert_true(admin_check_query(&bare, STR("&"), &err));
    assert_false(admin_check_query(&bare, STR("small=1"), &err));
    unit_assert_part(err.text, "which takes none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_what_its_table_says),
        cmocka_unit_test(no_table_is_no_members),
        cmocka_unit_test(parameters_are_those_of_the_table),
        cmocka_unit_test(no_table_is_no_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
