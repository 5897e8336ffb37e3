// SPDX-License-Identifier: MIT
/* The records as a data folder has them: opened, shared with other processes,
   copied. */
#include "store/records.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "script_sql.h"
#include "sql_scene.h"
#include "store/records_internal.h"

static int open_folder(void **state)
{
    *state = unit_folder_new();
    return 0;
}

static int close_folder(void **state)
{
    unit_folder_free(*state);
    return 0;
}

static struct records *open_records(const char *folder)
{
    struct err err;
    struct records *records = records_open(folder, &err);

    assert_non_null(records);
    return records;
}

static bool add_group(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql,
                   "INSERT INTO key_group(name, doc, created_ms)"
                   " VALUES($1, '{}', 1)",
                   SQL_VALUES(sql_text(str_of(arg))), err);
}

static bool count_groups(struct sql *sql, void *arg, struct err *err)
{
    struct sql_ask ask = { .text = "SELECT count(*) FROM key_group",
                           .row = keep_number,
                           .arg = arg };

    return sql_query(sql, &ask, err);
}

static bool add(struct records *records, char *name, uint64_t patience_ms,
                struct err *err)
{
    return records_do(records,
                      &(struct records_work){ .run = add_group,
                                              .arg = name,
                                              .patience_ms = patience_ms },
                      err);
}

static int64_t count(struct records *records)
{
    int64_t number = -1;
    struct err err;

    assert_true(records_do(records,
                           &(struct records_work){ .run = count_groups,
                                                   .arg = &number,
                                                   .reads = true },
                           &err));
    return number;
}

static void what_is_saved_is_there_the_next_time(void **state)
{
    struct records *records = open_records(*state);
    char name[] = "a";
    struct err err;

    assert_true(add(records, name, 0, &err));
    records_free(records);
    records = open_records(*state);
    assert_int_equal(count(records), 1);
    records_free(records);
}

static void two_processes_may_use_it_at_once(void **state)
{
    struct records *one = open_records(*state);
    struct records *two = open_records(*state);
    char a[] = "a";
    char b[] = "b";
    struct err err;

    assert_true(add(one, a, 0, &err));
    assert_true(add(two, b, 0, &err));
    assert_int_equal(count(one), 2);
    assert_false(add(two, a, 0, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    records_free(one);
    assert_int_equal(count(two), 2);
    records_free(two);
}

static struct sql *hold(const char *folder)
{
    struct sql_begin how = { .reads = false };
    struct err err;
    struct sql *sql =
        sqlite_backend.open(unit_path(folder, "db/relay.db"), SQL_WRITES, &err);

    assert_non_null(sql);
    assert_true(sqlite_backend.begin(sql, &how, &err));
    return sql;
}

static void a_locked_one_can_be_opened_and_read(void **state)
{
    struct records *records = open_records(*state);
    struct sql *holder = hold(*state);
    struct records *second = open_records(*state);
    char name[] = "a";
    struct err err;

    assert_int_equal(count(second), 0);
    assert_false(add(second, name, 1, &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "db/relay.db: another process holds it");
    sql_close(holder);
    assert_true(add(second, name, 0, &err));
    records_free(records);
    records_free(second);
}

/* Held for longer than a change is tried: a start has more patience, and says what
   it waits for. */
static void a_start_waits_for_who_holds_it(void **state)
{
    char *where = mem_strdup(unit_path(*state, "x.db"));
    struct unit_capture capture;
    struct records *records;
    struct err err;
    char *said;

    records_free(script_sql_records(*state));
    script_sql_fail(SCRIPT_SQL_OPEN, ERR_BUSY, RECORDS_PATIENCE_MS / 20 + 20);
    log_setup(LOG_WARN, LOG_TEXT);
    capture = unit_capture_begin(2);
    records = records_over(&script_sql_backend, where, &err);
    said = unit_capture_end(&capture);
    assert_non_null(records);
    unit_assert_part(said, "scripted trouble: waiting for it, 2");
    mem_free(said);
    mem_free(where);
    records_free(records);
}

static void what_cannot_be_used_is_said(void **state)
{
    const char *folder = *state;
    struct err err;

    records_free(open_records(folder));
    unit_write(folder, "db/relay.db",
               "This is tea, and not a database, though "
               "it is long enough to have a header that "
               "says so; so it is damaged.");
    assert_null(records_open(folder, &err));
    assert_int_equal(err.code, ERR_BROKEN);
    unit_assert_part(err.text, "/db/relay.db");
    assert_null(records_open("/nonexistent/data", &err));
    unit_assert_part(err.text, "/nonexistent/data/db");
}

static void a_backup_is_a_database_of_its_own(void **state)
{
    struct records *records = open_records(*state);
    char *copy = mem_strdup(unit_path(*state, "copy"));
    char a[] = "a";
    struct err err;
    struct stat info;
    struct sql *sql;

    assert_true(add(records, a, 0, &err));
    assert_true(records_backup(records, copy, &err));
    assert_false(records_backup(records, copy, &err));
    unit_assert_part(err.text, "copy");
    assert_int_equal(stat(copy, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    sql = sqlite_backend.open(copy, SQL_WRITES, &err);
    assert_int_equal(number_of(sql, "SELECT count(*) FROM key_group"), 1);
    /* so that it may shrink, as what it was made of */
    assert_int_equal(number_of(sql, "PRAGMA auto_vacuum"), 2);
    sql_close(sql);
    mem_free(copy);
    records_free(records);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_saved_is_there_the_next_time),
        TEST(two_processes_may_use_it_at_once),
        TEST(a_locked_one_can_be_opened_and_read),
        TEST(a_start_waits_for_who_holds_it),
        TEST(what_cannot_be_used_is_said),
        TEST(a_backup_is_a_database_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
