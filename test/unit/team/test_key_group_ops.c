// SPDX-License-Identifier: MIT
/* What each operation on a group does. */
#include "team_scene.h"

static uint64_t rpm_of(struct keyring *ring, const char *name)
{
    struct key_group *group = keyring_get_group(ring, str_of(name));
    uint64_t rpm = group->limits.at[LIMIT_RPM];

    key_group_unref(group);
    return rpm;
}

static void a_group_is_created_and_changed(void **state)
{
    struct team *team = *state;
    struct keyring *after;

    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "",
                        "{\"name\":\"students\",\"limits\":{\"rpm\":5}}"));
    assert_string_equal(key_change_group(team->change)->name, "students");
    assert_null(key_change_key(team->change));
    assert_true(team_do(team, KEY_OP_GROUP_CHANGE, "students",
                        "{\"name\":\"pupils\",\"limits\":{\"rpm\":7}}"));
    assert_int_equal(rpm_of(team->ring, "pupils"), 7);
    assert_null(keyring_get_group(team->ring, STR("students")));
    after = team_loaded(team);
    assert_int_equal(rpm_of(after, "pupils"), 7);
    assert_int_equal(keyring_group_count(after), 1);
    keyring_free(after);
}

static void a_key_sees_the_change_of_its_group(void **state)
{
    struct team *team = *state;
    struct key_group *group;
    struct key *key;

    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "",
                        "{\"name\":\"students\",\"limits\":{\"rpm\":5}}"));
    team_create(team, "{\"name\":\"alice\",\"group\":\"students\"}");
    key = keyring_get(team->ring, STR("alice"));
    assert_true(
        team_do(team, KEY_OP_GROUP_CHANGE, "1", "{\"limits\":{\"rpm\":7}}"));
    group = key_group_of(key);
    assert_int_equal(group->limits.at[LIMIT_RPM], 7);
    key_group_unref(group);
    key_unref(key);
}

static void a_group_with_keys_is_not_removed(void **state)
{
    struct team *team = *state;

    assert_true(
        team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"students\"}"));
    team_create(team, "{\"name\":\"alice\",\"group\":\"students\"}");
    assert_false(team_do(team, KEY_OP_GROUP_REMOVE, "students", NULL));
    assert_int_equal(team->err.code, ERR_CONFLICT);
    unit_assert_part(team->err.text, "still has keys");
    assert_int_equal(keyring_group_count(team->ring), 1);
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"group\":null}"));
    assert_true(team_do(team, KEY_OP_GROUP_REMOVE, "students", NULL));
    assert_int_equal(keyring_group_count(team->ring), 0);
}

static void a_group_that_cannot_be_built_is_not_there(void **state)
{
    struct team *team = *state;

    assert_false(team_do(team, KEY_OP_GROUP_CREATE, "",
                         "{\"name\":\"x\",\"time_zone\":\"Mars\"}"));
    assert_int_equal(team->err.code, ERR_BAD_REQUEST);
    unit_assert_part(team->err.text, "time_zone");
    assert_int_equal(keyring_group_count(team->ring), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(a_group_is_created_and_changed),
        TEAM_TEST(a_key_sees_the_change_of_its_group),
        TEAM_TEST(a_group_with_keys_is_not_removed),
        TEAM_TEST(a_group_that_cannot_be_built_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
