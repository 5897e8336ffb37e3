// SPDX-License-Identifier: MIT
/* Keys and groups in the database. */
#include "team/key_store.h"

#include "team_scene.h"

/* One statement of the store in a transaction of its own. */
struct step {
    const struct key *key;
    const struct key_group *group;
    const struct key_used *used;
    size_t used_count;
    uint64_t was_ms;
    uint64_t id;
};

static bool do_step(struct team *team,
                    bool (*run)(struct sql *sql, void *arg, struct err *err),
                    struct step *step)
{
    return records_do(team->records,
                      &(struct records_work){ .run = run, .arg = step },
                      &team->err);
}

static bool run_update(struct sql *sql, void *arg, struct err *err)
{
    const struct step *step = arg;

    return key_store_update(sql, step->key, step->was_ms, err);
}

static bool run_create(struct sql *sql, void *arg, struct err *err)
{
    struct step *step = arg;

    return key_store_create(sql, step->key, &step->id, err);
}

static bool run_purge(struct sql *sql, void *arg, struct err *err)
{
    const struct step *step = arg;

    return key_store_purge(sql, step->key, err);
}

static bool run_used(struct sql *sql, void *arg, struct err *err)
{
    const struct step *step = arg;

    return key_store_used(sql, step->used, step->used_count, err);
}

static bool run_remove_group(struct sql *sql, void *arg, struct err *err)
{
    const struct step *step = arg;

    return key_store_remove_group(sql, step->group, err);
}

/* ---- counting rows ------------------------------------------------------- */

struct counting {
    const char *text;
    int64_t count;
};

static bool keep(void *arg, const struct sql_row *row)
{
    struct counting *counting = arg;

    counting->count = sql_row_number(row, 0);
    return true;
}

static bool run_count(struct sql *sql, void *arg, struct err *err)
{
    struct counting *counting = arg;

    return sql_query(sql,
                     &(struct sql_ask){
                         .text = counting->text, .row = keep, .arg = counting },
                     err);
}

static int64_t count(struct team *team, const char *text)
{
    struct counting counting = { .text = text };

    assert_true(records_do(team->records,
                           &(struct records_work){ .run = run_count,
                                                   .arg = &counting,
                                                   .reads = true },
                           &team->err));
    return counting.count;
}

/* ---- tests --------------------------------------------------------------- */

static void a_taken_name_is_said(void **state)
{
    struct team *team = *state;
    struct step step = { 0 };
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    key = keyring_get(team->ring, STR("alice"));
    step.key = key;
    assert_false(do_step(team, run_create, &step));
    assert_int_equal(team->err.code, ERR_EXISTS);
    unit_assert_part(team->err.text, "a key named \"alice\" already");
    assert_int_equal(count(team, "SELECT count(*) FROM key"), 1);
    assert_int_equal(count(team, "SELECT count(*) FROM key_secret"), 1);
    key_unref(key);
}

static void an_older_view_of_a_key_changes_nothing(void **state)
{
    struct team *team = *state;
    struct step step = { 0 };
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    key = keyring_get(team->ring, STR("alice"));
    step.key = key;
    step.was_ms = key->changed_ms - 1;
    assert_false(do_step(team, run_update, &step));
    assert_int_equal(team->err.code, ERR_CONFLICT);
    step.was_ms = key->changed_ms;
    assert_true(do_step(team, run_update, &step));
    key_unref(key);
}

static bool run_fill(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql,
                   "INSERT INTO use_total VALUES(2, 1, 1, 1, 1), "
                   "(3, 1, 1, 1, 1), (4, 1, 1, 1, 1)",
                   SQL_NO_VALUES, err) &&
           sql_run(sql,
                   "INSERT INTO use_quarter VALUES(2, 900, 1, 1, 1, 1),"
                   " (3, 900, 1, 1, 1, 1)",
                   SQL_NO_VALUES, err) &&
           sql_run(sql, "INSERT INTO estimate VALUES(2, 'm', 1, '[]')",
                   SQL_NO_VALUES, err);
}

static void what_belongs_to_a_purged_key_goes_with_it(void **state)
{
    struct team *team = *state;
    struct step step = { 0 };
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    team_create(team, "{\"name\":\"bob\"}");
    assert_true(do_step(team, run_fill, &step));
    key = keyring_get(team->ring, STR("alice"));
    assert_int_equal(key->id, 1);
    step.key = key;
    assert_true(do_step(team, run_purge, &step));
    assert_int_equal(count(team, "SELECT count(*) FROM key"), 1);
    assert_int_equal(count(team, "SELECT count(*) FROM key_secret"), 1);
    assert_int_equal(count(team, "SELECT sum(subject) FROM use_total"), 7);
    assert_int_equal(count(team, "SELECT sum(subject) FROM use_quarter"), 3);
    assert_int_equal(count(team, "SELECT count(*) FROM estimate"), 0);
    assert_false(do_step(team, run_purge, &step));
    key_unref(key);
}

static void the_first_use_stays_and_the_last_moves(void **state)
{
    struct team *team = *state;
    const struct key_used first[] = { { 1, 100, 100 }, { 99, 1, 1 } };
    const struct key_used later[] = { { 1, 500, 500 } };
    struct step step = { .used = first, .used_count = 2 };

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(do_step(team, run_used, &step));
    step = (struct step){ .used = later, .used_count = 1 };
    assert_true(do_step(team, run_used, &step));
    assert_int_equal(count(team, "SELECT first_used_ms FROM key"), 100);
    assert_int_equal(count(team, "SELECT last_used_ms FROM key"), 500);
}

static void a_group_is_removed_once_it_is_empty(void **state)
{
    struct team *team = *state;
    struct step step = { 0 };
    struct key_group *group;

    assert_true(
        team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"students\"}"));
    team_create(team, "{\"name\":\"alice\",\"group\":\"students\"}");
    group = keyring_get_group(team->ring, STR("students"));
    step.group = group;
    assert_false(do_step(team, run_remove_group, &step));
    assert_int_equal(team->err.code, ERR_CONFLICT);
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"group\":null}"));
    assert_true(do_step(team, run_fill, &step));
    assert_true(do_step(team, run_remove_group, &step));
    assert_int_equal(count(team, "SELECT sum(subject) FROM use_total"), 6);
    key_group_unref(group);
}

static void the_text_of_a_key_is_not_in_the_database(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    assert_int_equal(count(team, "SELECT count(*) FROM key_secret WHERE"
                                 " length(hash) = 32 AND length(prefix) = 7"
                                 " AND length(last4) = 4"),
                     1);
    assert_int_equal(count(team, "SELECT count(*) FROM key"
                                 " WHERE doc LIKE '%cr\\_%' ESCAPE '\\'"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(a_taken_name_is_said),
        TEAM_TEST(an_older_view_of_a_key_changes_nothing),
        TEAM_TEST(what_belongs_to_a_purged_key_goes_with_it),
        TEAM_TEST(the_first_use_stays_and_the_last_moves),
        TEAM_TEST(a_group_is_removed_once_it_is_empty),
        TEAM_TEST(the_text_of_a_key_is_not_in_the_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
