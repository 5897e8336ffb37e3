// SPDX-License-Identifier: MIT
/* Query strings. */
#include "http/url.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *query;
    const char *value; /* of "account"; NULL: absent */
    const char *without;
} cases[] = {
    { "", NULL, "" },
    { "beta=true", NULL, "beta=true" },
    { "account=a", "a", "" },
    { "account=", "", "" },
    { "account", "", "" },
    { "account=a&beta=true", "a", "beta=true" },
    { "beta=true&account=a", "a", "beta=true" },
    { "x=1&account=a&y=2", "a", "x=1&y=2" },
    { "account=a&account=b", "a", "" },
    { "account=a&x=1&account=b", "a", "x=1" },
    { "x=1&account=a&account=b&y=2", "a", "x=1&y=2" },
    /* decoding the value */
    { "account=a%40b.c", "a@b.c", "" },
    { "account=a+b", "a b", "" },
    { "account=a%2Bb", "a+b", "" },
    { "account=%e4%b8%ad", "\xe4\xb8\xad", "" },
    { "account=a%26x%3d1", "a&x=1", "" },
    { "account=a=b=c", "a=b=c", "" },
    /* escapes that are none: the value as it is */
    { "account=100%", "100%", "" },
    { "account=%4", "%4", "" },
    { "account=%zz", "%zz", "" },
    { "account=%41%zz", "%41%zz", "" },
    /* an escaped name is the same name, for taking and for cutting */
    { "%61ccount=a", "a", "" },
    { "x=1&acc%6Funt=a&y", "a", "x=1&y" },
    { "%61%63%63%6f%75%6e%74=a&y", "a", "y" },
    { "%61ccount%=a&y", NULL, "%61ccount%=a&y" },
    /* other names */
    { "Account=a", NULL, "Account=a" },
    { "account2=a", NULL, "account2=a" },
    { "my_account=a", NULL, "my_account=a" },
    { " account=a", NULL, " account=a" },
    { "x=account=a", NULL, "x=account=a" },
    { "accoun", NULL, "accoun" },
    { "=account", NULL, "=account" },
    /* odd separators stay as they are */
    { "&", NULL, "&" },
    { "&&", NULL, "&&" },
    { "x&", NULL, "x&" },
    { "&x", NULL, "&x" },
    { "x&&y", NULL, "x&&y" },
    { "x=1&&account=a", "a", "x=1&" },
    { "&account=a", "a", "" },
    { "account=a&", "a", "" },
    { "account=a&&x", "a", "&x" },
    { "x&account=a&", "a", "x&" },
    { "x=1;account=a", NULL, "x=1;account=a" },
    /* what Anthropic gets is not normalised */
    { "b=%41+%2f%2F&account=a&a=\"<>|", "a", "b=%41+%2f%2F&a=\"<>|" },
};

static void check(size_t i)
{
    struct arena *arena = arena_new();
    struct str query = str_of(cases[i].query);
    struct str value = STR_EMPTY;
    bool found = url_query_get(arena, query, STR("account"), &value);

    assert_int_equal(found, cases[i].value != NULL);
    if (cases[i].value)
        unit_assert_str(value, cases[i].value);
    unit_assert_str(url_query_without(arena, query, STR("account"), NULL),
                    cases[i].without);
    arena_free(arena);
}

static void parameters_are_read_and_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(i);
}

static void a_decoded_nul_does_not_end_the_value(void **state)
{
    struct arena *arena = arena_new();
    struct str value;

    (void)state;
    assert_true(
        url_query_get(arena, STR("account=a%00b"), STR("account"), &value));
    assert_true(str_eq(value, STR("a\0b")));
    arena_free(arena);
}

static void every_parameter_of_a_name_comes_in_order(void **state)
{
    struct arena *arena = arena_new();
    struct str query = STR("a=1&b=2&a&&%61=3");
    struct str value;

    (void)state;
    assert_true(url_query_next(arena, &query, STR("a"), &value));
    unit_assert_str(value, "1");
    assert_true(url_query_next(arena, &query, STR("a"), &value));
    unit_assert_str(value, "");
    assert_true(url_query_next(arena, &query, STR("a"), &value));
    unit_assert_str(value, "3");
    assert_false(url_query_next(arena, &query, STR("a"), &value));
    assert_false(url_query_next(arena, &query, STR("a"), &value));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read_and_cut),
        cmocka_unit_test(a_decoded_nul_does_not_end_the_value),
        cmocka_unit_test(every_parameter_of_a_name_comes_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
