// SPDX-License-Identifier: MIT
/* SQLite: what its errors mean, what it keeps, copies of it. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sql_scene.h"
#include "store/sqlite_internal.h"

static const struct sql_begin writes = { .reads = false };
static const struct sql_begin reads = { .reads = true };

/* SQLite's, too, since the program's own come first. */
static int syncs;

int fdatasync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fdatasync, fd);
}

static void the_settings_hold(void **state)
{
    const struct scene *scene = *state;
    struct sql *sql = scene->sql;

    assert_int_equal(number_of(sql, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number_of(sql, "PRAGMA synchronous"), 2);
    assert_int_equal(number_of(sql, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(number_of(sql, "PRAGMA secure_delete"), 0);
}

static void add_in(struct sql *sql, const char *name, bool later)
{
    const struct sql_begin how = { .later = later };
    struct err err;

    assert_true(sql->backend->begin(sql, &how, &err));
    assert_true(add_cup(sql, name, &err));
    assert_true(sql->backend->commit(sql, &err));
}

static void what_may_be_synced_later_waits_for_no_disk(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_CHECKPOINTS);
    struct err err;
    int before;

    add_in(scene->sql, "a", false);
    before = syncs;
    add_in(scene->sql, "b", true);
    add_in(scene->sql, "c", true);
    assert_int_equal(syncs, before);
    assert_true(other->backend->sync(other, &err));
    assert_true(syncs > before);
    before = syncs;
    add_in(scene->sql, "d", false);
    assert_int_equal(syncs, before + 1);
    sql_close(other);
}

static void constraints_have_codes_of_their_own(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(add_cup(scene->sql, "a", &err));
    assert_false(add_cup(scene->sql, "a", &err));
    assert_int_equal(err.code, ERR_EXISTS);
    assert_false(sql_run(scene->sql, "INSERT INTO cup(id) VALUES(1)",
                         SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    assert_false(
        sql_run(scene->sql, "UPDATE cup SET ml = -1", SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_false(
        sql_run(scene->sql, "UPDATE cup SET shelf = 99", SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_false(
        sql_run(scene->sql, "UPDATE cup SET ml = 'much'", SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_int_equal(number_of(scene->sql, "SELECT ml FROM cup"), 200);
}

static void another_writer_is_busy_and_readers_go_on(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_WRITES);
    struct sql *reader = open_sql(scene, SQL_READS);
    struct err err;

    assert_true(sqlite_backend.begin(other, &writes, &err));
    assert_true(add_cup(other, "a", &err));
    assert_false(sqlite_backend.begin(scene->sql, &writes, &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "another process holds it");
    assert_int_equal(number_of(reader, "SELECT count(*) FROM cup"), 0);
    assert_true(sqlite_backend.commit(other, &err));
    assert_int_equal(number_of(reader, "SELECT count(*) FROM cup"), 1);
    assert_true(sqlite_backend.begin(scene->sql, &writes, &err));
    sqlite_backend.rollback(scene->sql);
    sql_close(other);
    sql_close(reader);
}

/* What a connection wrote itself, or others have not committed, does not count; nor
   does that somebody only looked, or made a checkpoint. */
static void others_are_noticed_when_they_write(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_WRITES);
    uint64_t before;
    uint64_t after;
    struct err err;

    assert_true(sql_others(scene->sql, &before, &err));
    assert_true(add_cup(scene->sql, "a", &err));
    assert_true(sql_others(scene->sql, &after, &err));
    assert_int_equal(after, before);
    assert_true(sqlite_backend.begin(other, &writes, &err));
    assert_true(add_cup(other, "b", &err));
    assert_true(sql_others(scene->sql, &after, &err));
    assert_int_equal(after, before);
    assert_true(sqlite_backend.commit(other, &err));
    assert_true(sql_others(scene->sql, &after, &err));
    assert_int_not_equal(after, before);
    before = after;
    assert_int_equal(number_of(other, "SELECT count(*) FROM cup"), 2);
    assert_true(sqlite_backend.checkpoint(other, &err));
    assert_true(sql_others(scene->sql, &after, &err));
    assert_int_equal(after, before);
    sql_close(other);
}

static void a_reader_changes_nothing(void **state)
{
    const struct scene *scene = *state;
    struct sql *reader = open_sql(scene, SQL_READS);
    struct err err;

    assert_false(add_cup(reader, "a", &err));
    sql_close(reader);
}

static void reading_ends_when_its_time_is_over(void **state)
{
    const struct scene *scene = *state;
    struct sql *reader = open_sql(scene, SQL_READS);
    const struct sql_begin how = { .reads = true, .limit_ms = 20 };
    const char *endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                          " SELECT i + 1 FROM n) SELECT max(i) FROM n";
    struct err err;

    assert_true(sqlite_backend.begin(reader, &how, &err));
    assert_false(sql_run(reader, endless, SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_TIMEOUT);
    sqlite_backend.rollback(reader);
    /* The next one has its own. */
    assert_true(sqlite_backend.begin(reader, &reads, &err));
    assert_int_equal(number_of(reader, "SELECT count(*) FROM cup"), 0);
    assert_true(sqlite_backend.commit(reader, &err));
    sql_close(reader);
}

/* ---- trouble ------------------------------------------------------------ */

static bool add_much(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "INSERT INTO cup(tea) VALUES(zeroblob(4000000))",
                   SQL_NO_VALUES, err);
}

/* A limit of the process stands for a disk that takes no more. */
static bool add_much_within(const struct scene *scene, rlim_t bytes,
                            struct err *err)
{
    struct rlimit before;
    struct rlimit limit;
    bool ok;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ok = sql_transact(scene->sql, &(struct sql_transaction){ .run = add_much },
                      err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    return ok;
}

static void what_found_no_room_is_undone_and_may_come_again(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    (void)signal(SIGXFSZ, SIG_IGN);
    assert_false(add_much_within(scene, 1000000, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_true(sql_may_work_later(&err));
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM cup"), 0);
    assert_true(add_much_within(scene, 100000000, &err));
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM cup"), 1);
}

/* Else what followed would be saved by itself. */
static void an_undone_transaction_takes_no_more(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(sqlite_backend.begin(scene->sql, &writes, &err));
    assert_int_equal(sqlite3_exec(sqlite_of(scene->sql)->db, "ROLLBACK", NULL,
                                  NULL, NULL),
                     SQLITE_OK);
    assert_false(add_cup(scene->sql, "a", &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(sqlite_backend.commit(scene->sql, &err));
    sqlite_backend.rollback(scene->sql);
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM cup"), 0);
}

static void a_file_that_is_no_database_is_broken(void **state)
{
    const struct scene *scene = *state;
    struct err err;
    char path[4096];

    unit_write(scene->folder, "tea.db",
               "This is tea, and it is no database at all, though it is long "
               "enough to have a header: Darjeeling, Assam, Keemun, Sencha.");
    (void)snprintf(path, sizeof(path), "%s",
                   unit_path(scene->folder, "tea.db"));
    assert_null(sqlite_backend.open(path, SQL_WRITES, &err));
    assert_int_equal(err.code, ERR_BROKEN);
    unit_assert_part(err.text, "tea.db");
    unit_assert_part(err.text, "restore");
}

static void a_missing_file_is_not_made(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_null(sqlite_backend.open(unit_path(scene->folder, "none.db"),
                                    SQL_WRITES, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_int_not_equal(access(unit_path(scene->folder, "none.db"), F_OK), 0);
}

static void nothing_is_saved_in_a_file_that_is_gone(void **state)
{
    const struct scene *scene = *state;
    char aside[4100];
    struct err err;

    (void)snprintf(aside, sizeof(aside), "%s.old", scene->path);
    assert_int_equal(rename(scene->path, aside), 0);
    assert_false(sqlite_backend.begin(scene->sql, &writes, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_write(scene->folder, "x.db", "");
    assert_false(sqlite_backend.begin(scene->sql, &writes, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "another file");
    assert_int_equal(rename(aside, scene->path), 0);
    assert_true(sqlite_backend.begin(scene->sql, &writes, &err));
    sqlite_backend.rollback(scene->sql);
}

/* ---- checkpoints and copies --------------------------------------------- */

static void a_checkpoint_empties_the_log(void **state)
{
    const struct scene *scene = *state;
    struct sql *other = open_sql(scene, SQL_CHECKPOINTS);
    struct err err;

    assert_true(sql_transact(scene->sql,
                             &(struct sql_transaction){ .run = add_much },
                             &err));
    assert_true(sqlite_backend.unchecked_pages(scene->sql) > 900);
    assert_true(sqlite_backend.checkpoint(other, &err));
    /* It begins anew with the next one. */
    assert_true(add_cup(scene->sql, "a", &err));
    assert_true(sqlite_backend.unchecked_pages(scene->sql) < 10);
    sql_close(other);
}

static void a_copy_is_whole_while_others_write(void **state)
{
    const struct scene *scene = *state;
    struct scene copy = *scene;
    struct sql *reader = open_sql(scene, SQL_READS);
    struct err err;

    assert_true(add_cup(scene->sql, "a", &err));
    assert_true(sqlite_backend.begin(scene->sql, &writes, &err));
    assert_true(add_cup(scene->sql, "b", &err));
    unit_write(scene->folder, "copy.db", "");
    (void)snprintf(copy.path, sizeof(copy.path), "%s",
                   unit_path(scene->folder, "copy.db"));
    assert_true(sqlite_backend.copy(reader, copy.path, &err));
    assert_true(sqlite_backend.commit(scene->sql, &err));
    sql_close(reader);
    assert_int_not_equal(access(unit_path(scene->folder, "copy.db-wal"), F_OK),
                         0);
    reader = open_sql(&copy, SQL_WRITES);
    assert_int_equal(number_of(reader, "SELECT count(*) FROM cup"), 1);
    sql_close(reader);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_settings_hold),
        TEST(what_may_be_synced_later_waits_for_no_disk),
        TEST(constraints_have_codes_of_their_own),
        TEST(another_writer_is_busy_and_readers_go_on),
        TEST(others_are_noticed_when_they_write),
        TEST(a_reader_changes_nothing),
        TEST(reading_ends_when_its_time_is_over),
        TEST(what_found_no_room_is_undone_and_may_come_again),
        TEST(an_undone_transaction_takes_no_more),
        TEST(a_file_that_is_no_database_is_broken),
        TEST(a_missing_file_is_not_made),
        TEST(nothing_is_saved_in_a_file_that_is_gone),
        TEST(a_checkpoint_empties_the_log),
        TEST(a_copy_is_whole_while_others_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
