// SPDX-License-Identifier: MIT
/* Explanations for people. */
#include "app/explain_table.h"

#include "unit.h"

static const struct {
    const char *answer;
    const char *want;
} cases[] = {
    { "{\"account\":\"b\",\"accounts\":["
      "{\"account\":\"a\",\"why\":\"stopped\",\"state\":\"blocked\"},"
      "{\"account\":\"b\",\"why\":\"chosen\",\"state\":\"ready\"},"
      "{\"account\":\"c\",\"why\":\"paused\",\"state\":\"paused\","
      "\"until\":\"2026-08-01T12:00:00.000Z\",\"cause\":\"tea\"},"
      "{\"account\":\"d\",\"why\":\"other\",\"state\":\"ready\"}]}",
      "It would go to \"b\".\n"
      "ACCOUNT  STATE    WHY\n"
      "b        ready    chosen\n"
      "d        ready    could have been chosen as well\n"
      "c        paused   paused, until 2026-08-01T12:00:00.000Z (tea)\n"
      "a        blocked  does not serve\n" },
    { "{\"account\":null,\"refused\":\"there is no account\",\"accounts\":[]}",
      "It would be refused: there is no account\n"
      "ACCOUNT  STATE  WHY\n" },
};

static void the_chosen_one_comes_first_and_each_has_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(cases[i].answer), &err);
        struct buf out;

        assert_non_null(doc);
        buf_init(&out, 4096);
        explain_table_add(&out, 0, doc);
        unit_assert_str(buf_str(&out), cases[i].want);
        buf_done(&out);
        json_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chosen_one_comes_first_and_each_has_its_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
