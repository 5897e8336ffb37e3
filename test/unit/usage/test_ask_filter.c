// SPDX-License-Identifier: MIT
/* What a question is about. */
#include "ask_scene.h"

static const struct ask_booked booked[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .account = "main",
      .model = "opus",
      .session = "s1" },
};

struct checking {
    struct ask_filter filter;
};

static bool run_check(struct sql *sql, void *arg, struct err *err)
{
    const struct checking *checking = arg;

    return ask_filter_check(sql, &checking->filter, err);
}

static void what_was_booked_is_found(void **state)
{
    struct ask_scene *scene = *state;
    struct checking checkings[] = {
        { { .key = STR("alice") } },
        { { .key = STR("alice"), .group = STR("staff"), .owner = STR("ann") } },
        { { .account = STR("main"), .model = STR("opus") } },
        { { .session = STR("s1") } },
        { { .key = STR("unused"), .group = STR("empty") } },
        { { .key_id = 5, .group_id = 5 } },
        { { .key = STR(""), .account = STR("") } },
        { { .account = STR("spare"), .account_is_there = true } },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    ask_scene_change(scene, ASK_SCENE_KEY("2", "unused"));
    ask_scene_change(scene, ASK_SCENE_GROUP("2", "empty"));
    for (size_t i = 0; i < COUNT_OF(checkings); i++)
        assert_true(ask_scene_read(scene, run_check, &checkings[i]));
}

static void what_was_not_is_said(void **state)
{
    struct ask_scene *scene = *state;
    struct {
        struct checking checking;
        const char *want;
    } cases[] = {
        { { { .key = STR("Alice") } }, "of the key \"Alice\"" },
        { { { .group = STR("alice") } }, "of the group \"alice\"" },
        { { { .owner = STR("alice") } }, "of the owner \"alice\"" },
        { { { .account = STR("spare") } }, "of the account \"spare\"" },
        { { { .model = STR("main") } }, "of the model \"main\"" },
        { { { .session = STR("s2") } }, "of the session \"s2\"" },
        { { { .others = { .key = STR("Alice") } } }, "of the key \"Alice\"" },
        { { { .others = { .model = STR("main") } } }, "of the model \"main\"" },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(ask_scene_read(scene, run_check, &cases[i].checking));
        assert_int_equal(scene->err.code, ERR_NOT_FOUND);
        unit_assert_part(scene->err.text, cases[i].want);
        cases[i].checking.filter.of_holder = true;
        assert_true(ask_scene_read(scene, run_check, &cases[i].checking));
    }
}

static void sums_are_looked_at_only_for_what_they_know(void **state)
{
    struct sql_value values[ASK_FILTER_VALUES];

    (void)state;
    ask_filter_bind(&(struct ask_filter){ .session = STR("s1") }, values);
    assert_int_equal(values[13].number, 0);
    ask_filter_bind(&(struct ask_filter){ .model = STR("opus") }, values);
    assert_int_equal(values[13].number, 1);
    assert_int_equal(values[11].number, -1);
    ask_filter_bind(&(struct ask_filter){ .model = STR("") }, values);
    assert_int_equal(values[11].number, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(what_was_booked_is_found),
        ASK_TEST(what_was_not_is_said),
        cmocka_unit_test(sums_are_looked_at_only_for_what_they_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
