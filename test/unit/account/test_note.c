// SPDX-License-Identifier: MIT
/* What the operator notes. */
#include "account/note.h"

#include "base/macros.h"
#include "unit.h"

#define MAX 40

static const struct {
    const char *note;
    bool lines;
    const char *problem; /* a part of it; NULL: none */
} cases[] = {
    { "", false, NULL },
    { "tea \xe8\x8c\xb6 until five", false, NULL },
    { "one\ntwo\tthree", true, NULL },
    { "0123456789012345678901234567890123456789", false, NULL },
    { "01234567890123456789012345678901234567890", true, "too long" },
    { "it is sk-ant-api03-0123456789abcdef", true, "a key or token" },
    { "one\ntwo", false, "move the cursor" },
    { "\x1b]0;tea\x07\x1b[2J", true, "move the cursor" },
    { "a\xc2\x9b"
      "2J",
      true, "move the cursor" },
    { "a\xe2\x80\xae", true, "nobody sees" },
};

static void what_would_do_harm_where_it_is_shown_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *problem =
            account_note_problem(str_of(cases[i].note), MAX, cases[i].lines);

        if (!problem != !cases[i].problem)
            fail_msg("%s: %s", cases[i].note, problem ? problem : "fine");
        if (problem)
            unit_assert_part(problem, cases[i].problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_do_harm_where_it_is_shown_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
