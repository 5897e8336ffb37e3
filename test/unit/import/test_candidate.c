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
    struct buf docs;

    (void)state;
    IMPORT_SAY(import_refuse, &candidate, IMPORT_NOT_TEXT, "a.", "b");
    IMPORT_SAY(import_refuse, &candidate, IMPORT_SEALED);
    assert_string_equal(candidate.why_not.text, "a.b is not a text");
    IMPORT_SAY(import_hint, &candidate, IMPORT_POOL_LEFT);
    IMPORT_SAY(import_hint, &candidate, IMPORT_PRIORITY_AMONG, -7LL);
    assert_string_equal(candidate.hints,
                        "in the pool there: not here; its priority, -7, "
                        "counts only among those imported");
    buf_init(&docs, 1000);
    assert_true(json_doc_write(candidate.hint_docs, false, &docs));
    unit_assert_str(buf_str(&docs),
                    "[{\"code\":\"import_pool_left\",\"params\":{}},"
                    "{\"code\":\"import_priority_among\",\"params\":"
                    "{\"priority\":\"-7\"}}]");
    buf_done(&docs);
    json_doc_free(candidate.hint_docs);
    IMPORT_SAY(import_is_foreign, &candidate, IMPORT_OTHER_TYPE, "x");
    assert_true(candidate.foreign);
    assert_string_equal(candidate.why_not.text,
                        "its type is \"x\": not claude");
}

static void texts_are_cut_where_they_end(void **state)
{
    struct import_candidate candidate = { .rank = 0 };

    (void)state;
    for (size_t i = 0; i < 300; i++)
        IMPORT_SAY(import_hint, &candidate, IMPORT_NOTE_LEFT, "is odd");
    json_doc_free(candidate.hint_docs);
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
