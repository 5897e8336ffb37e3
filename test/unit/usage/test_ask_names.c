// SPDX-License-Identifier: MIT
/* Numbers and what they stand for. */
#include "usage/ask_names.h"

#include "ask_scene.h"

static const struct ask_booked booked[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 7,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .session = "s1" },
    { .ended = "2026-11-05T07:10:01Z",
      .key_id = 7,
      .key = "alicia",
      .owner = "ann",
      .group_id = 1,
      .group = "people",
      .session = "s1" },
    { .ended = "2026-11-05T07:10:02Z",
      .key_id = 8,
      .key = "bob",
      .owner = "ann",
      .group_id = 2,
      .group = "guests",
      .session = "s2" },
    { .ended = "2026-11-05T07:10:03Z" },
};

struct loading {
    enum ask_by by;
    struct ask_holders holders;
};

static bool run_load(struct sql *sql, void *arg, struct err *err)
{
    struct loading *loading = arg;

    return ask_holders_load(sql, loading->by, &loading->holders, err);
}

static void a_holder_counts_as_its_key_group_and_owner(void **state)
{
    struct ask_scene *scene = *state;
    static const struct {
        enum ask_by by;
        int64_t numbers[6];
    } cases[] = {
        { ASK_BY_KEY, { 0, 7, 7, 8, 0, 0 } },
        { ASK_BY_GROUP, { 0, 1, 1, 2, 0, 0 } },
        { ASK_BY_OWNER, { 0, 1, 1, 1, 0, 0 } },
        { ASK_BY_MODEL, { 0, 0, 0, 0, 0, 0 } },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loading loading = { .by = cases[i].by };

        assert_true(ask_scene_read(scene, run_load, &loading));
        for (int64_t id = 0; id < 6; id++)
            assert_int_equal(ask_holders_number(&loading.holders, id),
                             cases[i].numbers[id]);
        assert_int_equal(ask_holders_number(&loading.holders, -1), 0);
        ask_holders_done(&loading.holders);
    }
}

struct naming {
    enum ask_by by;
    struct ask_groups groups;
    struct arena *arena;
};

static bool run_fill(struct sql *sql, void *arg, struct err *err)
{
    struct naming *naming = arg;

    return ask_names_fill(sql, naming->by, &naming->groups, naming->arena, err);
}

static void a_number_has_the_name_of_now_or_its_newest(void **state)
{
    struct ask_scene *scene = *state;
    static const struct {
        enum ask_by by;
        int64_t number;
        const char *name;
        const char *key;
    } cases[] = {
        { ASK_BY_KEY, 7, "alicia", "" },
        { ASK_BY_KEY, 0, "", "" },
        { ASK_BY_KEY, 99, "", "" },
        { ASK_BY_KEY, 8, "robert", "" },
        { ASK_BY_GROUP, 2, "folk", "" },
        { ASK_BY_GROUP, 1, "people", "" },
        { ASK_BY_OWNER, 1, "ann", "" },
        { ASK_BY_SESSION, 1, "s1", "alicia" },
        { ASK_BY_SESSION, 2, "s2", "robert" },
        { ASK_BY_DAY, 20786, "2026-11-29", "" },
        { ASK_BY_HOUR, 1795996800, "2026-11-30T00:00:00Z", "" },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    ask_scene_change(scene, ASK_SCENE_KEY("8", "robert"));
    ask_scene_change(scene, ASK_SCENE_GROUP("2", "folk"));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct naming naming = { .by = cases[i].by, .arena = arena_new() };
        const struct ask_row *row;

        ask_groups_init(&naming.groups);
        (void)ask_groups_row(&naming.groups, cases[i].number);
        assert_true(ask_scene_read(scene, run_fill, &naming));
        row = ask_groups_find(&naming.groups, cases[i].number);
        unit_assert_str(row->name, cases[i].name);
        unit_assert_str(row->key, cases[i].key);
        assert_null(ask_groups_find(&naming.groups, 12345));
        ask_groups_done(&naming.groups);
        arena_free(naming.arena);
    }
}

/* Key 7 is "hans" now and 9 is a new "alice", group 1 is "folk" and 8 is a new "staff";
   key 8 and group 2 are gone. */
static void names_are_given_again(void **state)
{
    struct ask_scene *scene = *state;
    const struct {
        struct ask_filter filter;
        enum ask_by by;
        const char *rows;
    } cases[] = {
        { { 0 }, ASK_BY_KEY, "alice 1 7; hans 2 0;  1 0; bob 1 0; all 5 7" },
        { { 0 },
          ASK_BY_GROUP,
          "staff 1 7; folk 2 0;  1 0; guests 1 0; all 5 7" },
        { { .key = STR("alice") }, ASK_BY_KEY, "alice 1 7; hans 2 0; all 3 7" },
        { { .key = STR("alicia") }, ASK_BY_KEY, "hans 2 0; all 2 0" },
        { { .key = STR("hans") }, ASK_BY_KEY, "hans 2 0; all 2 0" },
        { { .key = STR("bob") }, ASK_BY_KEY, "bob 1 0; all 1 0" },
        { { .key = STR("hans") }, ASK_BY_SESSION, "s1 2 0; all 2 0" },
        { { .group = STR("staff") },
          ASK_BY_GROUP,
          "staff 1 7; folk 2 0; all 3 7" },
        { { .group = STR("folk") }, ASK_BY_GROUP, "folk 2 0; all 2 0" },
        { { .key = STR("unused") }, ASK_BY_KEY, "all 0 0" },
        { { .group = STR("empty") }, ASK_BY_KEY, "all 0 0" },
    };
    static const struct ask_booked newer = { .ended = "2026-11-09T12:00:01Z",
                                             .key_id = 9,
                                             .key = "alice",
                                             .group_id = 8,
                                             .group = "staff",
                                             .cost = 7 };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    ask_scene_book(scene, &newer, 1);
    ask_scene_change(scene, ASK_SCENE_KEY("7", "hans"));
    ask_scene_change(scene, ASK_SCENE_KEY("9", "alice"));
    ask_scene_change(scene, ASK_SCENE_KEY("10", "unused"));
    ask_scene_change(scene, ASK_SCENE_GROUP("1", "folk"));
    ask_scene_change(scene, ASK_SCENE_GROUP("8", "staff"));
    ask_scene_change(scene, ASK_SCENE_GROUP("10", "empty"));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ask ask = ask_scene_all(scene, cases[i].by);

        ask.filter = cases[i].filter;
        ask.filter.until_ms = ASK_NO_END;
        ask_scene_asserts(scene, &ask, cases[i].rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(a_holder_counts_as_its_key_group_and_owner),
        ASK_TEST(a_number_has_the_name_of_now_or_its_newest),
        ASK_TEST(names_are_given_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
