// SPDX-License-Identifier: MIT
/* What each of SQLite's errors becomes: whether to wait, to give up, or to bring back
   a backup. */
#include "base/macros.h"
#include "store/sqlite_internal.h"
#include "unit.h"

static const struct {
    int code;
    enum err_code means;
    const char *advice;
} rows[] = {
    { SQLITE_BUSY, ERR_BUSY, "another process holds it" },
    { SQLITE_BUSY_SNAPSHOT, ERR_BUSY, "another process holds it" },
    { SQLITE_LOCKED, ERR_BUSY, "another process holds it" },
    { SQLITE_PROTOCOL, ERR_BUSY, "another process is opening it" },
    { SQLITE_FULL, ERR_IO, "the disk is full: make room on it" },
    { SQLITE_IOERR_FSYNC, ERR_IO, "" },
    { SQLITE_CANTOPEN, ERR_IO, "" },
    { SQLITE_READONLY_DBMOVED, ERR_IO, "" },
    { SQLITE_PERM, ERR_IO, "" },
    { SQLITE_NOMEM, ERR_IO, "" },
    { SQLITE_INTERRUPT, ERR_TIMEOUT, "it took too long" },
    { SQLITE_CONSTRAINT_NOTNULL, ERR_CONFLICT, "" },
    { SQLITE_CONSTRAINT_UNIQUE, ERR_EXISTS, "" },
    { SQLITE_CONSTRAINT_PRIMARYKEY, ERR_EXISTS, "" },
    { SQLITE_CONSTRAINT_ROWID, ERR_EXISTS, "" },
    { SQLITE_CORRUPT, ERR_BROKEN, "bring back a backup" },
    { SQLITE_CORRUPT_INDEX, ERR_BROKEN, "bring back a backup" },
    { SQLITE_NOTADB, ERR_BROKEN, "bring back a backup" },
    { SQLITE_MISUSE, ERR_INTERNAL, "" },
};

static void each_error_means_something(void **state)
{
    char path[] = "db/relay.db";
    struct sqlite self = { .path = path };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;

        assert_false(sqlite_fail(&self, rows[i].code, &err));
        if (err.code != rows[i].means)
            fail_msg("%d: %s", rows[i].code, err.text);
        unit_assert_part(err.text, "the database db/relay.db: ");
        unit_assert_part(err.text, rows[i].advice);
    }
}

/* Its own words, where nobody has better ones. */
static void sqlites_words_are_kept(void **state)
{
    char path[] = ":memory:";
    struct sqlite self = { .path = path };
    struct err err;
    int code;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &self.db), SQLITE_OK);
    code = sqlite3_exec(self.db, "SELECT tea", NULL, NULL, NULL);
    assert_false(sqlite_fail(&self, code, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
    unit_assert_part(err.text, "no such column: tea");
    assert_int_equal(sqlite3_close(self.db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_means_something),
        cmocka_unit_test(sqlites_words_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
