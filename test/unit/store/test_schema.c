// SPDX-License-Identifier: MIT
/* The tables of the records are brought up step by step. */
#include "store/schema.h"

#include "sql_scene.h"

static const struct schema_step steps[] = {
    { 1, 1, "CREATE TABLE tea(id {id}, name {text}){rows};" },
    { 2, 1, "ALTER TABLE tea ADD COLUMN price {number};" },
    { 3, 3, "CREATE TABLE pot(id {id}){rows}; DROP TABLE tea;" },
};

static bool apply(struct sql *sql, size_t count, struct err *err)
{
    return schema_apply(sql, &(struct schema_steps){ steps, count }, err);
}

static int64_t version(struct sql *sql)
{
    return number_of(sql, "SELECT version FROM schema");
}

static void steps_that_lack_are_made_and_no_others(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(apply(scene->sql, 1, &err));
    assert_int_equal(version(scene->sql), 1);
    assert_true(sql_run(scene->sql, "INSERT INTO tea(name) VALUES('x')",
                        SQL_NO_VALUES, &err));
    assert_true(apply(scene->sql, 2, &err));
    assert_true(apply(scene->sql, 2, &err));
    assert_int_equal(version(scene->sql), 2);
    assert_int_equal(number_of(scene->sql,
                               "SELECT count(*) FROM tea WHERE price IS NULL"),
                     1);
}

static void an_older_program_works_on_where_steps_only_added(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(apply(scene->sql, 2, &err));
    assert_true(apply(scene->sql, 1, &err));
    assert_int_equal(version(scene->sql), 2);
}

static void an_older_program_refuses_what_it_would_spoil(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(apply(scene->sql, 3, &err));
    assert_false(apply(scene->sql, 2, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    unit_assert_part(err.text, "newer claude-relay");
    unit_assert_part(err.text, "schema is 3, this program knows 2");
    unit_assert_part(err.text, "restore");
    assert_int_equal(version(scene->sql), 3);
}

/* As the one that is running when the steps are made. */
static void an_older_program_may_not_write_on(void **state)
{
    const struct scene *scene = *state;
    struct err at_open;
    struct err err;

    assert_true(schema_bring_up(scene->sql, &err));
    assert_true(schema_may_write(scene->sql, &err));
    assert_true(sql_run(scene->sql, "UPDATE schema SET version = 99",
                        SQL_NO_VALUES, &err));
    assert_true(schema_may_write(scene->sql, &err));
    assert_true(sql_run(scene->sql, "UPDATE schema SET oldest_writer = 99",
                        SQL_NO_VALUES, &err));
    assert_false(schema_may_write(scene->sql, &err));
    assert_true(sql_may_work_later(&err));
    assert_false(schema_bring_up(scene->sql, &at_open));
    assert_string_equal(err.text, at_open.text);
}

static void a_step_that_fails_changes_nothing(void **state)
{
    static const struct schema_step bad[] = {
        { 1, 1, "CREATE TABLE tea(id {id}){rows};" },
        { 2, 2, "CREATE TABLE pot(id {id}){rows}; CREATE TABLE tea(id {id});" },
    };
    const struct scene *scene = *state;
    struct err err;

    assert_false(
        schema_apply(scene->sql, &(struct schema_steps){ bad, 2 }, &err));
    unit_assert_part(err.text, "schema 2");
    assert_int_equal(version(scene->sql), 1);
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM sqlite_master"
                                           " WHERE name = 'pot'"),
                     0);
    assert_true(sql_run(scene->sql, "CREATE TABLE pot(id INTEGER)",
                        SQL_NO_VALUES, &err));
}

static void what_another_process_made_is_not_made_again(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_WRITES);
    struct err err;

    assert_true(apply(scene->sql, 1, &err));
    assert_true(apply(other, 2, &err));
    assert_true(apply(scene->sql, 2, &err));
    assert_int_equal(version(scene->sql), 2);
    sql_close(other);
}

static void what_is_up_to_date_needs_no_lock(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_WRITES);
    struct sql_begin how = { .reads = false };
    struct err err;

    assert_true(apply(scene->sql, 2, &err));
    assert_true(sqlite_backend.begin(other, &how, &err));
    assert_true(apply(scene->sql, 2, &err));
    assert_false(apply(scene->sql, 3, &err));
    assert_int_equal(err.code, ERR_BUSY);
    sqlite_backend.rollback(other);
    sql_close(other);
}

/* ---- this program's own ------------------------------------------------- */

static void its_own_steps_are_numbered_without_a_gap(void **state)
{
    struct schema_steps own = schema_steps();

    (void)state;
    for (size_t i = 0; i < own.count; i++) {
        assert_int_equal(own.at[i].number, i + 1);
        assert_true(own.at[i].oldest_writer <= own.at[i].number);
    }
}

static void its_own_steps_can_be_made_in_every_dialect(void **state)
{
    const struct scene *scene = *state;
    struct schema_steps own = schema_steps();
    struct buf out;
    struct err err;

    assert_true(schema_bring_up(scene->sql, &err));
    assert_int_equal(version(scene->sql), (int64_t)own.count);
    for (size_t i = 0; i < own.count; i++) {
        buf_init(&out, 1u << 20);
        assert_true(dialect_write(DIALECT_POSTGRES, str_of(own.at[i].text),
                                  &out, &err));
        buf_done(&out);
    }
}

/* 004: from what there was by hours. */
static void days_of_sessions_come_from_their_hours(void **state)
{
    const struct scene *scene = *state;
    struct schema_steps before = { schema_steps().at, 3 };
    struct err err;

    assert_true(schema_apply(scene->sql, &before, &err));
    assert_true(sql_run(scene->sql,
                        "INSERT INTO session_hour VALUES"
                        " (82800, 7, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 100),"
                        " (79200, 7, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 10),"
                        " (86400, 7, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
                        SQL_NO_VALUES, &err));
    assert_true(schema_bring_up(scene->sql, &err));
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM session_day"),
                     2);
    assert_int_equal(number_of(scene->sql,
                               "SELECT cost_microusd FROM session_day"
                               " WHERE day = 0 AND session = 7"),
                     110);
}

#define SOME_TOTAL(hour_s, model, requests)                                    \
    "INSERT INTO total VALUES(" hour_s ", 1, 1, " model ", " requests          \
    ", 0, 0, 0, 0, 0, 0, 0, 0, 100);"
#define SOME_BOOKING(id, ended_ms)                                             \
    "INSERT INTO booking(id, ended_ms, duration_ms, holder, account, ending,"  \
    " endpoint, attempts, tail) VALUES(" id ", " ended_ms                      \
    ", 1, 1, 1, 1, 1, 1, 1);"

/* Of the first no hour is left, so all of its bookings are gone. */
static const char some_hours[] =
    "INSERT INTO hour VALUES(3600, 1, 4), (7200, 3, 6);" SOME_TOTAL("0", "2",
                                                                    "9")
        SOME_TOTAL("3600", "2", "2") SOME_TOTAL("3600", "3", "1")
            SOME_TOTAL("7200", "2", "3");

/* As it was before step 5. */
static void bring_up_with(struct sql *sql, const char *bookings)
{
    struct schema_steps before = { schema_steps().at, 4 };
    struct err err;

    assert_true(schema_apply(sql, &before, &err));
    assert_true(sqlite_backend.script(sql, some_hours, &err));
    assert_true(sqlite_backend.script(sql, bookings, &err));
    assert_true(schema_bring_up(sql, &err));
}

/* 005: an older program had begun to remove the oldest hour's.  Among the ids of that
   one is a booking of the next. */
static void an_hour_of_which_bookings_are_gone_is_known(void **state)
{
    const struct scene *scene = *state;

    bring_up_with(scene->sql,
                  SOME_BOOKING("2", "3600000") SOME_BOOKING("3", "7200000")
                      SOME_BOOKING("4", "7199999"));
    assert_int_equal(number_of(scene->sql, "SELECT removing FROM hour"
                                           " WHERE hour_s = 3600"),
                     1);
    assert_int_equal(number_of(scene->sql, "SELECT count(removing) FROM hour"),
                     1);
}

static void an_hour_of_which_all_bookings_are_there_stays(void **state)
{
    const struct scene *scene = *state;

    bring_up_with(scene->sql,
                  SOME_BOOKING("1", "3600000") SOME_BOOKING("2", "3600001")
                      SOME_BOOKING("3", "7200000")
                          SOME_BOOKING("4", "7199999"));
    assert_int_equal(number_of(scene->sql, "SELECT count(removing) FROM hour"),
                     0);
}

static void what_needs_another_holds_it(void **state)
{
    const struct scene *scene = *state;
    struct sql *sql = scene->sql;
    struct err err;

    assert_true(schema_bring_up(sql, &err));
    assert_true(sql_run(sql,
                        "INSERT INTO key_group(name, doc, created_ms)"
                        " VALUES('g', '{}', 1)",
                        SQL_NO_VALUES, &err));
    assert_true(sql_run(sql,
                        "INSERT INTO key(name, folded, group_id, enabled,"
                        " created_ms, changed_ms, doc)"
                        " VALUES('k', 'k', 1, 1, 1, 1, '{}')",
                        SQL_NO_VALUES, &err));
    assert_true(sql_run(sql,
                        "INSERT INTO key_secret(hash, key_id, prefix, last4,"
                        " created_ms) VALUES($1, 1, 'cr_', 'abcd', 1)",
                        SQL_VALUES(sql_bytes(STR("hash"))), &err));
    assert_false(sql_run(sql, "DELETE FROM key_group", SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_true(sql_run(sql, "DELETE FROM key", SQL_NO_VALUES, &err));
    assert_int_equal(number_of(sql, "SELECT count(*) FROM key_secret"), 0);
    /* No number is given twice. */
    assert_true(sql_run(sql,
                        "INSERT INTO key(name, folded, enabled, created_ms,"
                        " changed_ms, doc) VALUES('k', 'k', 1, 1, 1, '{}')",
                        SQL_NO_VALUES, &err));
    assert_int_equal(number_of(sql, "SELECT id FROM key"), 2);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(steps_that_lack_are_made_and_no_others),
        TEST(an_older_program_works_on_where_steps_only_added),
        TEST(an_older_program_refuses_what_it_would_spoil),
        TEST(an_older_program_may_not_write_on),
        TEST(a_step_that_fails_changes_nothing),
        TEST(what_another_process_made_is_not_made_again),
        TEST(what_is_up_to_date_needs_no_lock),
        cmocka_unit_test(its_own_steps_are_numbered_without_a_gap),
        TEST(its_own_steps_can_be_made_in_every_dialect),
        TEST(days_of_sessions_come_from_their_hours),
        TEST(an_hour_of_which_bookings_are_gone_is_known),
        TEST(an_hour_of_which_all_bookings_are_there_stays),
        TEST(what_needs_another_holds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
