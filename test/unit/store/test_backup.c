// SPDX-License-Identifier: MIT
/* What a backup holds, and that it is made beside others' work. */
#include "backup_scene.h"
#include "store/filelock.h"
#include "store/tar.h"

#include <fcntl.h>
#include <string.h>

static void what_belongs_into_it_is_known_by_name(void **state)
{
    static const char *const in[] = {
        "oauth_a.json",
        "prices.json",
        "admin_token",
        "oauth_a.json.broken",
        "oauth_a.json.broken-2",
        ".removed_oauth_a",
        ".oauth_a.json.0123456789abcdef-x.tmp",
        ".oauth_a.json.0123456789abcdef-x.lost",
    };
    static const char *const out[] = { "",         ".in-use",      ".lock_a",
                                       ".relay",   "control.sock", "db",
                                       "notes",    "a/b.json",     "../b.json",
                                       "restoring" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(in); i++)
        assert_true(backup_has(str_of(in[i])));
    for (size_t i = 0; i < COUNT_OF(out); i++)
        assert_false(backup_has(str_of(out[i])));
}

static bool holds(const char *file, const char *name)
{
    int fd = open(file, O_RDONLY);
    struct tar_reader tar = tar_reader_of(fd);
    struct tar_entry entry;
    struct err err;
    bool more = true;
    bool found = false;

    while (more) {
        assert_true(tar_next(&tar, &entry, &more, &err));
        found = found || (more && strcmp(entry.name, name) == 0);
    }
    (void)close(fd);
    return found;
}

static struct backup_making making_of(const struct folders *folders)
{
    return (struct backup_making){ .data_dir = folders->from,
                                   .file = folders->file };
}

static void it_holds_documents_and_the_database(void **state)
{
    struct folders *folders = *state;
    struct backup_making made = making_of(folders);
    struct stat info;
    struct err err;

    assert_true(backup_make(&made, &err));
    assert_int_equal(made.files, 3);
    assert_int_equal(stat(folders->file, &info), 0);
    assert_int_equal(made.bytes, info.st_size);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(holds(folders->file, BACKUP_MARK));
    assert_true(holds(folders->file, "oauth_main.json"));
    assert_true(holds(folders->file, "admin_token"));
    assert_true(holds(folders->file, BACKUP_DATABASE));
    assert_false(holds(folders->file, ".lock_oauth_main"));
    /* Nothing is left of the making. */
    assert_int_equal(unit_file_count(folders->elsewhere), 1);
    assert_int_equal(unit_file_count(unit_path(folders->from, "db")), 1);
}

static void the_admin_token_can_stay_out_of_it(void **state)
{
    struct folders *folders = *state;
    struct backup_making made = making_of(folders);
    struct err err;

    made.without_token = true;
    assert_true(backup_make(&made, &err));
    assert_int_equal(made.files, 2);
    assert_true(holds(folders->file, "oauth_main.json"));
    assert_false(holds(folders->file, "admin_token"));
}

static void a_newer_one_replaces_it_when_it_is_complete(void **state)
{
    struct folders *folders = *state;
    struct backup_making made = making_of(folders);
    struct err err;

    back_up(folders);
    assert_int_equal(symlink("/nonexistent/tea",
                             unit_path(folders->from, "oauth_b.json")),
                     0);
    made.force = true;
    assert_false(backup_make(&made, &err));
    unit_assert_part(err.text, "oauth_b.json");
    assert_true(holds(folders->file, "oauth_main.json"));
    assert_int_equal(unit_file_count(folders->elsewhere), 1);
    assert_int_equal(unlink(unit_path(folders->from, "oauth_b.json")), 0);
    unit_write(folders->from, "oauth_b.json", "{}");
    back_up(folders);
    assert_true(holds(folders->file, "oauth_b.json"));
}

static void others_go_on_writing(void **state)
{
    struct folders *folders = *state;
    struct err err;
    struct records *records = records_open(folders->from, &err);
    struct sql *holder =
        sqlite_backend.open(unit_path(folders->from, "db/relay.db"), SQL_WRITES,
                            &err);
    struct sql_begin how = { .reads = false };

    assert_true(sqlite_backend.begin(holder, &how, &err));
    back_up(folders);
    sql_close(holder);
    records_free(records);
}

static void two_at_once_do_not_meet(void **state)
{
    struct folders *folders = *state;
    struct backup_making made = making_of(folders);
    struct err err;
    int held = filelock_take(unit_path(folders->from, ".lock_backup"),
                             FILELOCK_TRY, &err);

    assert_true(held >= 0);
    assert_false(backup_make(&made, &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "another backup");
    filelock_release(held);
}

static void where_it_cannot_be_written_is_said(void **state)
{
    struct folders *folders = *state;
    struct backup_making made = making_of(folders);
    struct err err;

    made.file = "/nonexistent/x.tar";
    assert_false(backup_make(&made, &err));
    unit_assert_part(err.text, "/nonexistent/x.tar");
    made.data_dir = "/nonexistent/data";
    assert_false(backup_make(&made, &err));
    unit_assert_part(err.text, "/nonexistent/data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_belongs_into_it_is_known_by_name),
        TEST(it_holds_documents_and_the_database),
        TEST(the_admin_token_can_stay_out_of_it),
        TEST(a_newer_one_replaces_it_when_it_is_complete),
        TEST(others_go_on_writing),
        TEST(two_at_once_do_not_meet),
        TEST(where_it_cannot_be_written_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
