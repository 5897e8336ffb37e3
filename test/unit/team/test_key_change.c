// SPDX-License-Identifier: MIT
/* The queue of changes: order, and a database that fails, hangs, or is slow. */
#include "team_scene.h"

static void nothing_is_shown_before_it_is_durable(void **state)
{
    struct team *team = *state;

    script_sql_hold(true);
    team->change =
        team_start(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}", 0);
    assert_int_equal(team->woken, 0);
    while (!script_sql_is_holding())
        wire_turn(team->loop);
    assert_int_equal(keyring_count(team->ring), 0);
    assert_false(key_change_is_done(team->change));
    script_sql_hold(false);
    assert_true(team_wait(team));
    assert_int_equal(keyring_count(team->ring), 1);
}

static void a_failing_database_is_said_and_changes_nothing(void **state)
{
    struct team *team = *state;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    assert_false(team_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}"));
    assert_int_equal(team->err.code, ERR_BROKEN);
    assert_int_equal(keyring_count(team->ring), 0);
    assert_int_equal(key_change_text(team->change).len, 0);
    assert_null(key_change_key(team->change));
    team_create(team, "{\"name\":\"alice\"}");
}

static void a_busy_database_is_tried_again(void **state)
{
    struct team *team = *state;

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 3);
    team_create(team, "{\"name\":\"alice\"}");
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 2);
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
}

/* Revoked and asked for in one breath: in that order. */
static void changes_are_carried_out_in_their_order(void **state)
{
    struct team *team = *state;
    struct key_change *changes[3];
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    team->woken = 0;
    changes[0] =
        team_start(team, KEY_OP_CHANGE, "alice", "{\"note\":\"a\"}", 0);
    changes[1] =
        team_start(team, KEY_OP_CHANGE, "alice", "{\"owner\":\"b\"}", 0);
    changes[2] = team_start(team, KEY_OP_REVOKE, "alice", NULL, 0);
    while (team->woken < 3)
        wire_turn(team->loop);
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        assert_null(key_change_error(changes[i]));
        key_change_free(changes[i]);
    }
    key = keyring_get(team->ring, STR("alice"));
    assert_string_equal(key->doc, "{\"note\":\"a\",\"owner\":\"b\"}");
    assert_true(key->revoked_ms != KEY_NEVER);
    key_unref(key);
}

static bool has_one(void *arg)
{
    struct team *team = arg;

    return keyring_count(team->ring) == 1;
}

static void an_asker_that_leaves_stops_nothing(void **state)
{
    struct team *team = *state;
    struct keyring *after;

    key_change_free(
        team_start(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}", 0));
    wire_until(team->loop, has_one, team);
    assert_int_equal(team->woken, 0);
    after = team_loaded(team);
    assert_int_equal(keyring_count(after), 1);
    keyring_free(after);
}

static void a_relay_that_stops_says_so(void **state)
{
    struct team *team = *state;

    key_changes_stop(team->changes);
    assert_false(team_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}"));
    assert_int_equal(team->err.code, ERR_BUSY);
    unit_assert_part(team->err.text, "stopping");
}

/* Another process works on the folder at the same time. */
static bool meddle(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "UPDATE key SET changed_ms = changed_ms + 1",
                   SQL_NO_VALUES, err);
}

static void somebody_elses_change_is_not_overwritten(void **state)
{
    static const enum key_op ops[] = { KEY_OP_CHANGE, KEY_OP_REVOKE,
                                       KEY_OP_ROTATE };
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(records_do(team->records,
                           &(struct records_work){ .run = meddle },
                           &team->err));
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        assert_false(team_do(team, ops[i], "alice", "{\"note\":\"x\"}"));
        assert_int_equal(team->err.code, ERR_CONFLICT);
        unit_assert_part(team->err.text, "another process");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(nothing_is_shown_before_it_is_durable),
        TEAM_TEST(a_failing_database_is_said_and_changes_nothing),
        TEAM_TEST(a_busy_database_is_tried_again),
        TEAM_TEST(changes_are_carried_out_in_their_order),
        TEAM_TEST(an_asker_that_leaves_stops_nothing),
        TEAM_TEST(a_relay_that_stops_says_so),
        TEAM_TEST(somebody_elses_change_is_not_overwritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
