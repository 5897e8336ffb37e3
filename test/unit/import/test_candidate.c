// SPDX-License-Identifier: MIT
/* The list of candidates. */
#include "import/candidate.h"

#include <string.h>

#include "unit.h"

static void a_list_grows(void **state)
{
    struct import_list list;

    (void)state;
    import_list_init(&list);
    for (size_t i = 0; i < 100; i++)
        assert_non_null(import_list_add(&list, STR("a")));
    assert_int_equal(list.count, 100);
    assert_string_equal(list.at[99].there, "a");
    assert_true(json_doc_is_object(list.at[0].doc));
    import_list_done(&list);
    assert_int_equal(list.count, 0);
}

static void the_first_reason_stays_and_hints_are_joined(void **state)
{
    struct import_candidate candidate = { .rank = 0 };

    (void)state;
    import_refuse(&candidate, "%s", "one");
    import_refuse(&candidate, "two");
    assert_string_equal(candidate.why_not, "one");
    import_hint(&candidate, "a");
    import_hint(&candidate, "%d", 2);
    assert_string_equal(candidate.hints, "a; 2");
    import_is_foreign(&candidate, "theirs");
    assert_true(candidate.foreign);
    assert_string_equal(candidate.why_not, "theirs");
}

static void texts_are_cut_where_they_end(void **state)
{
    struct import_candidate candidate = { .rank = 0 };

    (void)state;
    for (size_t i = 0; i < 300; i++)
        import_hint(&candidate, "hint %zu", i);
    assert_true(strlen(candidate.hints) < sizeof(candidate.hints));
    assert_true(strlen(candidate.hints) > sizeof(candidate.hints) - 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_grows),
        cmocka_unit_test(the_first_reason_stays_and_hints_are_joined),
        cmocka_unit_test(texts_are_cut_where_they_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
