// SPDX-License-Identifier: MIT
/* Header fields. */
#include "http/headers.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"

static const char sample[] = "Accept: a\n"
                             "X-Tea: green, black ,\twhite\n"
                             "x-tea: \n"
                             "X-TEA: oolong\n"
                             "X-Teapot: small\n";

static void the_first_field_of_a_name_is_found_in_any_case(void **state)
{
    struct fields fields;
    const struct headers *headers = fields_read(&fields, sample);

    (void)state;
    assert_ptr_equal(headers_get(headers, STR("x-tEA")), &fields.at[1].value);
    assert_ptr_equal(headers_get(headers, STR("accept")), &fields.at[0].value);
    assert_null(headers_get(headers, STR("x-te")));
    assert_null(headers_get(headers, STR("x-teap")));
    assert_null(headers_get(headers, STR_EMPTY));
    assert_null(headers_get(&(struct headers){ 0 }, STR("accept")));
}

/* Marks of other names may be the same: they only save looking. */
static void a_name_is_found_among_many(void **state)
{
    struct header at[HEADERS_COUNT_MAX];
    char names[HEADERS_COUNT_MAX][8];

    (void)state;
    for (size_t i = 0; i < HEADERS_COUNT_MAX; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%c%zu",
                       (char)('A' + i % 26), i * 7);
        at[i] = (struct header){ str_of(names[i]), STR("x") };
    }
    for (size_t i = 0; i < HEADERS_COUNT_MAX; i++) {
        struct headers all = headers_of(at, HEADERS_COUNT_MAX);
        struct headers others = headers_of(at, i);
        char lower[8];

        memcpy(lower, names[i], sizeof(lower));
        lower[0] = (char)(lower[0] | 0x20);
        assert_ptr_equal(headers_get(&all, str_of(lower)), &at[i].value);
        assert_null(headers_get(&others, str_of(lower)));
    }
}

static void fields_of_a_name_are_counted(void **state)
{
    struct fields fields;
    const struct headers *headers = fields_read(&fields, sample);

    (void)state;
    assert_int_equal(headers_count(headers, STR("X-tea")), 3);
    assert_int_equal(headers_count(headers, STR("accept")), 1);
    assert_int_equal(headers_count(headers, STR("x-coffee")), 0);
    assert_int_equal(headers_count(&(struct headers){ 0 }, STR("a")), 0);
}

static const struct {
    const char *token;
    bool want;
} list_cases[] = {
    { "green", true },   { "GREEN", true },  { "black", true },
    { "white", true },   { "oolong", true }, /* in the third field */
    { "gree", false },   { "small", false }, { "green, black", false },
    { "greeny", false }, { "a", false },
};

static void tokens_are_found_in_every_list_of_that_name(void **state)
{
    struct fields fields;
    const struct headers *headers = fields_read(&fields, sample);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(list_cases); i++) {
        if (headers_list_has(headers, STR("x-tea"),
                             str_of(list_cases[i].token)) != list_cases[i].want)
            fail_msg("%s", list_cases[i].token);
    }
    assert_false(headers_list_has(headers, STR("x-coffee"), STR("green")));
}

static void a_list_gives_its_elements_one_by_one(void **state)
{
    struct str list = STR(" green,\tblack tea\t,, ,white\t ,");
    struct str item;

    (void)state;
    assert_true(headers_list_next(&list, &item));
    unit_assert_str(item, "green");
    assert_true(headers_list_next(&list, &item));
    unit_assert_str(item, "black tea");
    assert_true(headers_list_next(&list, &item));
    unit_assert_str(item, "white");
    assert_false(headers_list_next(&list, &item));
}

/* RFC 9110 5.6.2: the table says it for every byte there is. */
static void a_token_has_token_characters_only(void **state)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    (void)state;
    assert_false(headers_is_token(STR_EMPTY));
    assert_true(headers_is_token(str_of(allowed)));
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[3] = { 'a', (char)byte, 'z' };
        bool want =
            str_index(str_of(allowed), (char)byte) < sizeof(allowed) - 1;

        assert_int_equal(headers_is_token((struct str){ text, 3 }), want);
        assert_int_equal(headers_is_token((struct str){ text + 1, 1 }), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_field_of_a_name_is_found_in_any_case),
        cmocka_unit_test(a_name_is_found_among_many),
        cmocka_unit_test(fields_of_a_name_are_counted),
        cmocka_unit_test(tokens_are_found_in_every_list_of_that_name),
        cmocka_unit_test(a_list_gives_its_elements_one_by_one),
        cmocka_unit_test(a_token_has_token_characters_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
