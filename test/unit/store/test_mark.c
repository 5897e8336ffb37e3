// SPDX-License-Identifier: MIT
/* Keys were made here: a folder whose database is gone is not one without keys. */
#include "store/mark.h"

#include <stdio.h>
#include <unistd.h>

#include "store/backup_names.h"
#include "store/records.h"
#include "unit.h"

static void open_and_close(const char *folder)
{
    struct err err;
    struct records *records = records_open(folder, &err);

    assert_non_null(records);
    records_free(records);
}

static void refused(const char *folder)
{
    struct err err;

    assert_null(records_open(folder, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    unit_assert_part(err.text, "relay.db is missing");
    unit_assert_part(err.text, "claude-relay restore FILE --force");
    unit_assert_part(err.text, "/.keys");
}

static void path_in(const char *folder, const char *name, char path[512])
{
    (void)snprintf(path, 512, "%s/%s", folder, name);
}

static void a_database_that_is_gone_stops_the_start(void **state)
{
    char *folder = unit_folder_new();
    char database[512];
    char path[512];
    struct err err;

    (void)state;
    open_and_close(folder);
    assert_true(mark_set(folder, &err));
    assert_true(mark_set(folder, &err));
    open_and_close(folder);
    path_in(folder, "db/relay.db", database);
    assert_int_equal(truncate(database, 0), 0);
    refused(folder);
    assert_int_equal(unlink(database), 0);
    refused(folder);
    refused(folder); /* the first attempt made none */
    path_in(folder, "db", path);
    assert_int_equal(rmdir(path), 0);
    refused(folder);
    assert_int_not_equal(access(path, F_OK), 0);
    path_in(folder, MARK_FILE, path);
    assert_int_equal(unlink(path), 0);
    open_and_close(folder);
    unit_folder_free(folder);
}

static void backups_keep_it(void **state)
{
    (void)state;
    assert_true(backup_has(STR(MARK_FILE)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_that_is_gone_stops_the_start),
        cmocka_unit_test(backups_keep_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
