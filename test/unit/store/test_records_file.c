// SPDX-License-Identifier: MIT
/* Where the records lie, and whose they are. */
#include "store/records_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/records.h"
#include "unit.h"

#define SERVICE 12345

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

static struct stat look(const char *folder, const char *name)
{
    struct stat info;

    assert_int_equal(lstat(unit_path(folder, name), &info), 0);
    return info;
}

static void folder_and_files_are_ours_alone(void **state)
{
    const char *folder = *state;
    mode_t before = umask(0);
    struct err err;
    struct records *records = records_open(folder, &err);

    (void)umask(before);
    assert_non_null(records);
    assert_int_equal(look(folder, "db").st_mode & 0777, 0700);
    assert_int_equal(look(folder, "db/relay.db").st_mode & 0777, 0600);
    assert_int_equal(look(folder, "db/relay.db-wal").st_mode & 0777, 0600);
    assert_int_equal(look(folder, "db/relay.db-shm").st_mode & 0777, 0600);
    records_free(records);
}

static void what_root_makes_is_the_folders_owners(void **state)
{
    const char *folder = *state;
    static const char *const names[] = { "db", "db/relay.db", "db/relay.db-wal",
                                         "db/relay.db-shm" };
    struct err err;
    struct records *records;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(folder, SERVICE, SERVICE), 0);
    records = records_open(folder, &err);
    assert_non_null(records);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(look(folder, names[i]).st_uid, SERVICE);
        assert_int_equal(look(folder, names[i]).st_gid, SERVICE);
    }
    records_free(records);
}

static void a_file_in_place_of_the_folder_is_refused(void **state)
{
    char path[RECORDS_PATH_SIZE];
    struct err err;

    unit_write(*state, "db", "");
    assert_false(records_file_prepare(*state, path, &err));
    unit_assert_part(err.text, "/db");
}

static void a_database_of_somebody_else_is_refused(void **state)
{
    char path[RECORDS_PATH_SIZE];
    struct err err;

    if (geteuid() != 0)
        skip();
    assert_true(records_file_prepare(*state, path, &err));
    assert_int_equal(chown(path, SERVICE, SERVICE), 0);
    assert_false(records_file_prepare(*state, path, &err));
    unit_assert_part(err.text, "belongs to another user");
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    char data_dir[RECORDS_PATH_SIZE];
    char path[RECORDS_PATH_SIZE];
    struct err err;

    (void)state;
    memset(data_dir, 'x', sizeof(data_dir));
    data_dir[sizeof(data_dir) - 1] = '\0';
    assert_false(records_file_prepare(data_dir, path, &err));
    unit_assert_part(err.text, "too long");
}

static void only_a_new_file_is_made(void **state)
{
    struct err err;

    assert_true(records_file_make(unit_path(*state, "x"), &err));
    assert_false(records_file_make(unit_path(*state, "x"), &err));
    assert_int_equal(look(*state, "x").st_mode & 0777, 0600);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folder_and_files_are_ours_alone),
        TEST(what_root_makes_is_the_folders_owners),
        TEST(a_file_in_place_of_the_folder_is_refused),
        TEST(a_database_of_somebody_else_is_refused),
        TEST(a_path_that_is_too_long_is_refused),
        TEST(only_a_new_file_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
