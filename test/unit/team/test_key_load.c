// SPDX-License-Identifier: MIT
/* Reading all keys and groups at the start. */
#include <stdio.h>
#include <string.h>

#include "team_scene.h"
#include "zone_file.h"

static bool run_text(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql, arg, SQL_NO_VALUES, err);
}

static void change_row(struct team *team, const char *text)
{
    /* A statement is a constant; this one is not written to. */
    if (!records_do(team->records,
                    &(struct records_work){ .run = run_text,
                                            .arg = (void *)(uintptr_t)text },
                    &team->err))
        fail_msg("%s", team->err.text);
}

static void an_empty_database_has_no_keys(void **state)
{
    struct keyring *ring = team_loaded(*state);

    assert_int_equal(keyring_count(ring), 0);
    assert_int_equal(keyring_group_count(ring), 0);
    keyring_free(ring);
}

static void keys_come_with_all_they_have(void **state)
{
    struct team *team = *state;
    struct keyring *ring;
    struct key *key;

    team_create(team, "{\"name\":\"alice\",\"expires\":\"30d\"}");
    assert_true(team_do(team, KEY_OP_ROTATE, "alice", NULL));
    team_create(team, "{\"name\":\"bob\"}");
    assert_true(team_do(team, KEY_OP_REVOKE, "bob", NULL));
    change_row(team, "UPDATE key SET first_used_ms = 1000,"
                     " last_used_ms = 2000 WHERE id = 1");
    ring = team_loaded(team);
    assert_int_equal(keyring_count(ring), 2);
    key = keyring_get(ring, STR("alice"));
    assert_int_equal(key->text_count, 2);
    assert_true(key->texts[0].expires_ms == KEY_NEVER);
    assert_true(key->texts[1].expires_ms != KEY_NEVER);
    assert_int_equal(atomic_load(&key->use->first_ms), 1000);
    assert_int_equal(atomic_load(&key->use->last_ms), 2000);
    assert_int_equal(key_expiry(key), 1000 + 30 * 86400000ull);
    assert_int_equal(counters_subject(key->counters), SUBJECT_OF_KEY(1));
    key_unref(key);
    key = keyring_get(ring, STR("bob"));
    assert_true(key->revoked_ms != KEY_NEVER);
    key_unref(key);
    keyring_free(ring);
}

/* A zone that went with an update of the system, a document of a newer version: the
   others are served, and this one is refused. */
static void a_key_that_cannot_be_read_is_switched_off(void **state)
{
    struct team *team = *state;
    struct unit_capture capture;
    struct keyring *ring;
    char text[64];
    char *said;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    memcpy(text, key_change_text(team->change).at, 46);
    text[46] = '\0';
    team_create(team, "{\"name\":\"bob\"}");
    change_row(team, "UPDATE key SET doc = '{\"time_zone\":\"Mars\"}'"
                     " WHERE id = 1");
    capture = unit_capture_begin(2);
    ring = team_loaded(team);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "alice");
    unit_assert_part(said, "refused until");
    mem_free(said);
    assert_int_equal(team_verdict(ring, text, 1), KEY_DISABLED);
    key = keyring_get(ring, STR("alice"));
    assert_string_equal(key->doc, "{\"time_zone\":\"Mars\"}");
    key_unref(key);
    key = keyring_get(ring, STR("bob"));
    assert_string_equal(key_state(key, 1), "active");
    key_unref(key);
    keyring_free(ring);
}

static void a_group_that_cannot_be_read_lets_nothing_through(void **state)
{
    struct team *team = *state;
    struct unit_capture capture;
    struct key_group *group;
    struct keyring *ring;

    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"g\"}"));
    change_row(team, "UPDATE key_group SET doc = '{'");
    capture = unit_capture_begin(2);
    ring = team_loaded(team);
    mem_free(unit_capture_end(&capture));
    group = keyring_get_group(ring, STR("g"));
    assert_int_equal(group->limits.at[LIMIT_CONCURRENCY], 0);
    key_group_unref(group);
    keyring_free(ring);
}

static struct keyring *load_from(struct team *team, const char *folder)
{
    struct zones *kept = team->zones;
    struct keyring *ring;

    team->zones = zones_new(folder);
    ring = team_loaded(team);
    zones_free(team->zones);
    team->zones = kept;
    return ring;
}

/* The budgets of a day in another zone are other budgets. */
static void without_tzdata_zones_are_not_guessed(void **state)
{
    struct team *team = *state;
    struct unit_capture capture;
    struct key_group *group;
    struct keyring *ring;
    char text[64];
    char *said;

    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"g\"}"));
    team_create(team, "{\"name\":\"alice\",\"limits\":{\"cost_day\":1}}");
    memcpy(text, key_change_text(team->change).at, 46);
    text[46] = '\0';
    change_row(team, "UPDATE key SET doc = '{\"limits\":{\"cost_day\":1},"
                     "\"time_zone\":\"Europe/Berlin\"}'");
    change_row(team, "UPDATE key_group SET doc = "
                     "'{\"time_zone\":\"Europe/Berlin\"}'");
    capture = unit_capture_begin(2);
    ring = load_from(team, "/nonexistent/zones");
    said = unit_capture_end(&capture);
    unit_assert_part(said, "alice");
    unit_assert_part(said, "Europe/Berlin");
    unit_assert_part(said, "install the package tzdata");
    mem_free(said);
    assert_int_equal(team_verdict(ring, text, 1), KEY_DISABLED);
    group = keyring_get_group(ring, STR("g"));
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        assert_int_equal(group->limits.at[i], 0);
    key_group_unref(group);
    keyring_free(ring);
}

/* Its limits are back when its zone is. */
static void with_its_zone_a_key_is_back(void **state)
{
    static const struct zone_file berlin = {
        "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, { { 0 } }
    };
    struct team *team = *state;
    struct keyring *ring;
    struct key *key;

    team_create(team, "{\"name\":\"alice\",\"limits\":{\"cost_day\":1}}");
    change_row(team, "UPDATE key SET doc = '{\"limits\":{\"cost_day\":1},"
                     "\"time_zone\":\"Europe/Berlin\"}'");
    zone_file_write(team->folder, &berlin);
    ring = load_from(team, team->folder);
    key = keyring_get(ring, STR("alice"));
    assert_string_equal(key_state(key, 1), "active");
    assert_int_equal(key->limits.at[LIMIT_COST_DAY], 1000000);
    key_unref(key);
    keyring_free(ring);
}

/* Whatever was done to it meanwhile. */
static void what_is_mended_is_on_again(void **state)
{
    struct team *team = *state;
    struct unit_capture capture;
    struct keyring *ring;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    change_row(team, "UPDATE key SET doc = '{\"time_zone\":\"Mars\"}'");
    capture = unit_capture_begin(2);
    ring = team_loaded(team);
    mem_free(unit_capture_end(&capture));
    key = keyring_get(ring, STR("alice"));
    assert_string_equal(key_state(key, 1), "disabled");
    keyring_free(ring);
    keyring_put(team->ring, key);
    assert_true(team_do(team, KEY_OP_ROTATE, "alice", NULL));
    assert_false(
        team_do(team, KEY_OP_CHANGE, "alice", "{\"owner\":\"Alice\"}"));
    assert_true(
        team_do(team, KEY_OP_CHANGE, "alice", "{\"time_zone\":\"UTC\"}"));
    key = keyring_get(team->ring, STR("alice"));
    assert_string_equal(key_state(key, 1), "active");
    key_unref(key);
}

static bool is_damaged(struct team *team)
{
    struct keyring *ring = team_loaded(team);
    struct key *key = keyring_get(ring, STR("alice"));
    struct key_group *group = keyring_get_group(ring, STR("g"));
    bool damaged = key->damaged && !key_is_on(key);

    assert_int_equal(group->damaged, damaged);
    key_group_unref(group);
    key_unref(key);
    keyring_free(ring);
    return damaged;
}

/* A member of a wrong type is no restriction, and so is none at all. */
static void damage_is_never_a_key_without_restrictions(void **state)
{
    static const char *const damaged[] = { "",
                                           "[]",
                                           "null",
                                           "{\"limits\":5}",
                                           "{\"limits\":{\"rpm\":\"x\"}}",
                                           "{\"time_zone\":7}",
                                           "{\"limit\":{\"rpm\":1}}" };
    struct team *team = *state;
    struct unit_capture capture;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"g\"}"));
    assert_false(is_damaged(team));
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        char sql[200];

        for (size_t k = 0; k < 2; k++) {
            (void)snprintf(sql, sizeof(sql), "UPDATE %s SET doc = '%s'",
                           k ? "key" : "key_group", damaged[i]);
            change_row(team, sql);
        }
        capture = unit_capture_begin(2);
        if (!is_damaged(team))
            fail_msg("%s", damaged[i]);
        mem_free(unit_capture_end(&capture));
    }
}

static void texts_of_nobody_open_nothing(void **state)
{
    struct team *team = *state;
    struct keyring *ring;
    char text[64];

    team_create(team, "{\"name\":\"alice\"}");
    memcpy(text, key_change_text(team->change).at, 46);
    text[46] = '\0';
    /* A key without any text, and one with a damaged hash. */
    change_row(team, "UPDATE key_secret SET hash = x'00'");
    ring = team_loaded(team);
    assert_int_equal(team_verdict(ring, text, 1), KEY_UNKNOWN);
    assert_int_equal(keyring_count(ring), 1);
    keyring_free(ring);
    change_row(team, "DELETE FROM key_secret");
    ring = team_loaded(team);
    assert_int_equal(team_verdict(ring, text, 1), KEY_UNKNOWN);
    keyring_free(ring);
}

static void a_broken_database_is_said(void **state)
{
    struct team *team = *state;
    struct keyring *ring = keyring_new();
    struct key_load load = team_load_of(team, ring);

    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_BROKEN, 1);
    assert_false(records_do(team->records,
                            &(struct records_work){ .run = team_run_load,
                                                    .arg = &load,
                                                    .reads = true },
                            &team->err));
    unit_assert_part(team->err.text, "loading the relay keys");
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(an_empty_database_has_no_keys),
        TEAM_TEST(keys_come_with_all_they_have),
        TEAM_TEST(a_key_that_cannot_be_read_is_switched_off),
        TEAM_TEST(a_group_that_cannot_be_read_lets_nothing_through),
        TEAM_TEST(without_tzdata_zones_are_not_guessed),
        TEAM_TEST(what_is_mended_is_on_again),
        TEAM_TEST(with_its_zone_a_key_is_back),
        TEAM_TEST(damage_is_never_a_key_without_restrictions),
        TEAM_TEST(texts_of_nobody_open_nothing),
        TEAM_TEST(a_broken_database_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
