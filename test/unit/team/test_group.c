// SPDX-License-Identifier: MIT
/* Groups: snapshots, and how keys find the present one. */
#include "key_scene.h"

static void a_key_sees_its_group_as_it_is_now(void **state)
{
    struct key_scene scene;
    struct group_cell *cell;
    struct key_group *group;
    struct key_parts parts;
    struct key *key;
    const struct key_row row = { .id = 1,
                                 .name = STR("alice"),
                                 .enabled = true,
                                 .revoked_ms = KEY_NEVER,
                                 .doc = STR("{}") };

    (void)state;
    scene_begin(&scene);
    cell = group_cell_new(
        scene_group(&scene, 5, "students", "{\"limits\":{\"rpm\":5}}"));
    parts = scene_parts(&scene);
    parts.group = cell;
    key = key_build(&row, &parts, &scene.err);
    group_cell_unref(cell);
    group = key_group_of(key);
    assert_int_equal(group->limits.at[LIMIT_RPM], 5);
    group_cell_put(key->group, scene_group(&scene, 5, "students",
                                           "{\"limits\":{\"rpm\":7}}"));
    /* The request that began with the old one keeps it. */
    assert_int_equal(group->limits.at[LIMIT_RPM], 5);
    key_group_unref(group);
    group = key_group_of(key);
    assert_int_equal(group->limits.at[LIMIT_RPM], 7);
    key_group_unref(group);
    key_unref(key);
    group_cell_unref(NULL);
    scene_end(&scene);
}

static void a_group_says_what_is_wrong(void **state)
{
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    assert_null(scene_group(&scene, 1, "g", "{\"limits\":{\"x\":1}}"));
    assert_null(scene_group(&scene, 1, "g", "{\"time_zone\":\"x\"}"));
    assert_null(scene_group(&scene, 1, "g", "{"));
    scene_end(&scene);
}

static void one_that_cannot_be_read_lets_nothing_through(void **state)
{
    struct key_scene scene;
    const struct key_group_row row = { .id = 5,
                                       .name = STR("g"),
                                       .doc = STR("{") };
    struct key_parts parts;
    struct key_group *group;

    (void)state;
    scene_begin(&scene);
    parts = scene_parts(&scene);
    group = key_group_build_closed(&row, &parts);
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        assert_int_equal(group->limits.at[i], 0);
    key_group_unref(group);
    key_group_unref(NULL);
    assert_null(key_group_ref(NULL));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_sees_its_group_as_it_is_now),
        cmocka_unit_test(a_group_says_what_is_wrong),
        cmocka_unit_test(one_that_cannot_be_read_lets_nothing_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
