// SPDX-License-Identifier: MIT
/* All that is wrong with a configuration. */
#include "config/problems.h"

#include "unit.h"

static bool add(struct problems *problems, const char *text)
{
    struct err err;

    err_set(&err, ERR_CONFIG, "%s", text);
    return problems_add(problems, &err);
}

static void they_are_kept_in_order(void **state)
{
    struct problems problems;
    struct str rest;
    struct str line;

    (void)state;
    problems_init(&problems);
    rest = buf_str(&problems.lines);
    assert_false(problems_next(&rest, &line));
    assert_false(add(&problems, ".env:1: PORT=\"0\": must be 1 to 65535"));
    assert_false(add(&problems, "two\nlines"));
    assert_int_equal(problems.count, 2);
    assert_true(problems_name(&problems, STR("PORT")));
    assert_false(problems_name(&problems, STR("HOST")));
    rest = buf_str(&problems.lines);
    assert_true(problems_next(&rest, &line));
    unit_assert_str(line, ".env:1: PORT=\"0\": must be 1 to 65535");
    assert_true(problems_next(&rest, &line));
    unit_assert_str(line, "two?lines");
    assert_false(problems_next(&rest, &line));
    problems_done(&problems);
}

/* A file that is no `.env` at all. */
static void of_very_many_the_first_are_kept(void **state)
{
    struct problems problems;
    struct str rest;
    struct str line;
    size_t count = 0;

    (void)state;
    problems_init(&problems);
    for (int i = 0; i < 1000; i++)
        add(&problems, "x");
    assert_int_equal(problems.count, 1000);
    for (rest = buf_str(&problems.lines); problems_next(&rest, &line);)
        count++;
    assert_int_equal(count, 101);
    assert_true(problems_name(&problems, STR("there are more")));
    problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_kept_in_order),
        cmocka_unit_test(of_very_many_the_first_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
