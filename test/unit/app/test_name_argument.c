// SPDX-License-Identifier: MIT
/* Names that look like options. */
#include "app/name_argument.h"

#include <string.h>

#include "unit.h"

static void a_name_stands_alone_or_behind_its_mark(void **state)
{
    char *words[] = { "a", "-b", "--", "-c", "--", "d", "--", NULL };
    int at = 0;

    (void)state;
    assert_string_equal(name_argument_take(7, words, &at), "a");
    assert_int_equal(at, 0);
    at = 1;
    assert_null(name_argument_take(7, words, &at));
    at = 2;
    assert_string_equal(name_argument_take(7, words, &at), "-c");
    assert_int_equal(at, 3);
    at = 4;
    assert_string_equal(name_argument_take(7, words, &at), "d");
    /* In front of nothing it is none. */
    at = 6;
    assert_null(name_argument_take(7, words, &at));
    assert_false(name_argument_is_marked(7, words, 6));
}

static void a_mark_can_be_taken_out(void **state)
{
    char *words[] = { "show", "--", "-c", "--json", NULL };
    int count = 4;

    (void)state;
    name_argument_unmark(&count, words, 0);
    assert_int_equal(count, 4);
    name_argument_unmark(&count, words, 1);
    assert_int_equal(count, 3);
    assert_string_equal(words[1], "-c");
    assert_string_equal(words[2], "--json");
    assert_null(words[3]);
    count = 1;
    name_argument_unmark(&count, words, 1);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_stands_alone_or_behind_its_mark),
        cmocka_unit_test(a_mark_can_be_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
