// SPDX-License-Identifier: MIT
/* The groups of the keyring. */
#include "key_scene.h"
#include "team/keyring.h"

static bool add_id(void *arg, struct key_group *group)
{
    uint64_t *sum = arg;

    *sum = *sum * 10 + group->id;
    return group->id != 5;
}

static uint64_t ids_of(struct keyring *ring)
{
    uint64_t ids = 0;

    keyring_each_group(ring, add_id, &ids);
    return ids;
}

static void groups_stand_by_id_and_are_found_by_name(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    struct key_group *group;

    (void)state;
    scene_begin(&scene);
    assert_int_equal(keyring_group_count(ring), 0);
    keyring_put_group(ring, scene_group(&scene, 4, "d", "{}"));
    keyring_put_group(ring, scene_group(&scene, 2, "b", "{}"));
    keyring_put_group(ring, scene_group(&scene, 3, "c", "{}"));
    assert_int_equal(ids_of(ring), 234);
    keyring_put_group(ring, scene_group(&scene, 3, "renamed", "{}"));
    assert_int_equal(keyring_group_count(ring), 3);
    assert_null(keyring_get_group(ring, STR("c")));
    group = keyring_get_group(ring, STR("renamed"));
    assert_int_equal(group->id, 3);
    key_group_unref(group);
    group = keyring_get_group(ring, STR("2"));
    assert_string_equal(group->name, "b");
    key_group_unref(group);
    assert_null(keyring_get_group(ring, STR("5")));
    assert_null(keyring_get_group(ring, STR_EMPTY));
    group = keyring_need_group(ring, STR("4"), &scene.err);
    assert_string_equal(group->name, "d");
    key_group_unref(group);
    assert_null(keyring_need_group(ring, STR("c"), &scene.err));
    assert_int_equal(scene.err.code, ERR_NOT_FOUND);
    assert_string_equal(scene.err.text,
                        "there is no group c: `claude-relay key group list` "
                        "shows those there are");
    keyring_remove_group(ring, 2);
    keyring_remove_group(ring, 2);
    assert_int_equal(ids_of(ring), 34);
    scene_end(&scene);
    keyring_free(ring);
}

static void a_visit_may_stop(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (uint64_t id = 4; id <= 6; id++) {
        char name[2] = { (char)('a' + id), '\0' };

        keyring_put_group(ring, scene_group(&scene, id, name, "{}"));
    }
    assert_int_equal(ids_of(ring), 45);
    scene_end(&scene);
    keyring_free(ring);
}

static void a_cell_stays_while_its_group_changes(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    struct group_cell *cell;
    struct key_group *group;

    (void)state;
    scene_begin(&scene);
    assert_null(keyring_group_cell(ring, 4));
    keyring_put_group(ring, scene_group(&scene, 4, "old", "{}"));
    cell = keyring_group_cell(ring, 4);
    keyring_put_group(ring, scene_group(&scene, 4, "new", "{}"));
    group = group_cell_get(cell);
    assert_string_equal(group->name, "new");
    key_group_unref(group);
    keyring_free(ring);
    group_cell_unref(cell);
    scene_end(&scene);
}

struct putting {
    struct keyring *ring;
    struct key_group *group; /* NULL: it is removed */
};

static void put_or_remove(void *arg)
{
    struct putting *putting = arg;

    if (putting->group)
        keyring_put_group(putting->ring, putting->group);
    else
        keyring_remove_group(putting->ring, 4);
}

static void a_change_calls_those_who_wait_for_the_group(void **state)
{
    struct putting putting = { .ring = keyring_new() };
    struct counters *others = counters_new(NULL, SUBJECT_OF_GROUP(5));
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    putting.group = scene_group(&scene, 4, "team", "{}");
    assert_int_equal(scene_calls(scene.counters, put_or_remove, &putting), 1);
    putting.group = scene_group(&scene, 4, "team", "{}");
    assert_int_equal(scene_calls(others, put_or_remove, &putting), 0);
    putting.group = NULL;
    assert_int_equal(scene_calls(scene.counters, put_or_remove, &putting), 1);
    assert_int_equal(scene_calls(scene.counters, put_or_remove, &putting), 0);
    counters_unref(others);
    scene_end(&scene);
    keyring_free(putting.ring);
}

static void it_is_known_how_many_keys_are_in_one(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    keyring_put_group(ring, scene_group(&scene, 4, "team", "{}"));
    scene.group = keyring_group_cell(ring, 4);
    keyring_put(ring, scene_key(&scene, 1, "a", "{}"));
    keyring_put(ring, scene_key(&scene, 2, "b", "{}"));
    keyring_put(ring, scene_key(&scene, 2, "renamed", "{}"));
    assert_int_equal(keyring_group_keys(ring, 4), 2);
    keyring_remove(ring, 1);
    assert_int_equal(keyring_group_keys(ring, 4), 1);
    assert_int_equal(keyring_group_keys(ring, 5), 0);
    group_cell_unref(scene.group);
    scene.group = NULL;
    scene_end(&scene);
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_stand_by_id_and_are_found_by_name),
        cmocka_unit_test(a_visit_may_stop),
        cmocka_unit_test(a_cell_stays_while_its_group_changes),
        cmocka_unit_test(it_is_known_how_many_keys_are_in_one),
        cmocka_unit_test(a_change_calls_those_who_wait_for_the_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
