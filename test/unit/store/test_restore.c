// SPDX-License-Identifier: MIT
/* A backup comes back whole, or nothing is changed. */
#include <fcntl.h>
#include <string.h>

#include "backup_scene.h"
#include "store/embedded.h"
#include "store/filelock.h"
#include "store/tar.h"

static void everything_comes_back_and_is_ours_alone(void **state)
{
    static const char *const names[] = { "oauth_main.json", "admin_token",
                                         "db/relay.db" };
    struct folders *folders = *state;
    struct backup_restore done;
    struct stat info;
    struct err err;

    back_up(folders);
    assert_true(restore(folders, false, &done, &err));
    assert_int_equal(done.files, 3);
    assert_true(done.made_ms > 1700000000000);
    assert_string_equal(done.aside, "");
    assert_file(folders->to, "oauth_main.json", "{\"a\":1}");
    assert_file(folders->to, "admin_token", "secret");
    assert_int_equal(rows_in(folders->to), 1);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(stat(unit_path(folders->to, names[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    assert_int_equal(stat(unit_path(folders->to, "db"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
}

static void a_folder_with_something_in_it_needs_force(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    struct err err;
    char *aside;

    back_up(folders);
    unit_write(folders->to, "oauth_main.json", "{\"old\":1}");
    unit_write(folders->to, "oauth_other.json", "{}");
    add_row(folders->to, "old one");
    add_row(folders->to, "old two");
    assert_false(restore(folders, false, &done, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    unit_assert_part(err.text, "--force");
    assert_file(folders->to, "oauth_main.json", "{\"old\":1}");
    assert_true(restore(folders, true, &done, &err));
    assert_file(folders->to, "oauth_main.json", "{\"a\":1}");
    assert_false(is_there(folders->to, "oauth_other.json"));
    assert_int_equal(rows_in(folders->to), 1);
    aside = mem_strdup(done.aside);
    assert_file(aside, "oauth_main.json", "{\"old\":1}");
    assert_true(is_there(aside, "oauth_other.json"));
    assert_int_equal(rows_in(aside), 2);
    mem_free(aside);
}

static void the_folder_stays_ours_with_what_was_kept_aside(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    struct unit_capture log;
    struct store_driver *driver;
    struct stat info;
    struct err err;

    back_up(folders);
    unit_write(folders->to, "oauth_old.json", "{}");
    assert_true(restore(folders, true, &done, &err));
    assert_int_equal(chmod(folders->to, 0755), 0);
    log = unit_capture_begin(2);
    driver = embedded_open(folders->to, NULL, &err);
    mem_free(unit_capture_end(&log));
    assert_non_null(driver);
    driver->free(driver);
    assert_int_equal(stat(folders->to, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
}

static void nothing_is_restored_while_a_relay_runs(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    struct err err;
    int held =
        filelock_take(unit_path(folders->to, ".in-use"), FILELOCK_SHARED, &err);

    back_up(folders);
    assert_false(restore(folders, true, &done, &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "stop it first");
    filelock_release(held);
}

/* ---- what is not whole -------------------------------------------------- */

/* As it was, and nothing beside it. */
static void assert_unchanged(struct folders *folders)
{
    struct backup_restore done;
    struct err err = { .code = ERR_INTERNAL };

    assert_false(restore(folders, true, &done, &err));
    assert_true(err.text[0]);
    assert_string_equal(done.aside, "");
    assert_file(folders->to, "oauth_old.json", "{}");
    assert_false(is_there(folders->to, "oauth_main.json"));
}

static void one_that_was_cut_off_changes_nothing(void **state)
{
    struct folders *folders = *state;
    struct stat info;

    back_up(folders);
    unit_write(folders->to, "oauth_old.json", "{}");
    assert_int_equal(stat(folders->file, &info), 0);
    for (off_t len = info.st_size - 2 * 512; len > 0; len -= len / 3 + 1) {
        assert_int_equal(truncate(folders->file, len), 0);
        assert_unchanged(folders);
    }
}

static void put_mark(int tar, const char *text)
{
    struct err err;

    assert_true(tar_add(tar,
                        &(struct tar_file){ .name = BACKUP_MARK,
                                            .size = strlen(text),
                                            .content = text },
                        &err));
}

/* One with a file of this name and content behind its mark. */
static void make_tar(struct folders *folders, const char *mark,
                     const char *name, const char *content)
{
    int tar = open(folders->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct err err;

    if (mark)
        put_mark(tar, mark);
    assert_true(tar_add(tar,
                        &(struct tar_file){ .name = name,
                                            .size = strlen(content),
                                            .content = content },
                        &err));
    assert_true(tar_end(tar, &err));
    (void)close(tar);
}

#define MARK_OF(count, database)                                               \
    "{\"format\":1,\"made_ms\":1,\"files\":" #count ",\"database\":" #database \
    "}"
#define MARK MARK_OF(1, false)

static void what_no_backup_holds_is_refused(void **state)
{
    static const char *const names[] = {
        "/etc/passwd.json",
        "../x.json",
        "db/../../x.json",
        "x/y.json",
        ".in-use",
        ".bashrc",
        "db/relay.db-wal",
        "notes",
        "db",
        ".lock_x",
        "restoring/x.json",
    };
    struct folders *folders = *state;

    unit_write(folders->to, "oauth_old.json", "{}");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        make_tar(folders, MARK, names[i], "{}");
        assert_unchanged(folders);
    }
}

static void another_tar_file_is_refused(void **state)
{
    static const char *const marks[] = { NULL, "{}", "tea", "{\"format\":0}",
                                         "{\"format\":2}" };
    struct folders *folders = *state;

    unit_write(folders->to, "oauth_old.json", "{}");
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        make_tar(folders, marks[i], "oauth_main.json", "{}");
        assert_unchanged(folders);
    }
    unit_write(folders->elsewhere, "x.tar", "tea");
    assert_unchanged(folders);
    assert_int_equal(unlink(folders->file), 0);
    assert_unchanged(folders);
}

static void a_damaged_database_is_refused(void **state)
{
    struct folders *folders = *state;

    unit_write(folders->to, "oauth_old.json", "{}");
    make_tar(folders, MARK_OF(1, true), BACKUP_DATABASE,
             "This is tea, and not a database, though it is long enough to "
             "have a header that says so; so it is damaged, or worse.");
    assert_unchanged(folders);
}

/* Packed again without its database, or without .keys: a relay would start on it as
   if no key had ever been made. */
static void what_lacks_a_part_is_refused(void **state)
{
    static const struct {
        const char *mark;
        const char *said;
    } rows[] = {
        { MARK_OF(1, true), "db/relay.db" },
        { MARK_OF(2, false), "1 files and was made with 2" },
        { "{\"format\":1,\"made_ms\":1}", "db/relay.db" },
    };
    struct folders *folders = *state;
    struct backup_restore done;
    struct err err;

    unit_write(folders->to, "oauth_old.json", "{}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        make_tar(folders, rows[i].mark, "oauth_main.json", "{}");
        assert_unchanged(folders);
        assert_false(restore(folders, true, &done, &err));
        unit_assert_part(err.text, rows[i].said);
    }
}

/* Made before marks counted. */
static void an_older_one_with_its_database_comes_back(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    struct err err;
    char *text;
    FILE *file;
    long size;
    int tar;

    back_up(folders);
    file = fopen(unit_path(folders->from, "db/relay.db"), "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    text = mem_alloc((size_t)size);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    (void)fclose(file);
    tar = open(folders->file, O_WRONLY | O_TRUNC);
    put_mark(tar, "{\"format\":1,\"made_ms\":1}");
    assert_true(tar_add(tar,
                        &(struct tar_file){ .name = BACKUP_DATABASE,
                                            .size = (uint64_t)size,
                                            .content = text },
                        &err));
    assert_true(tar_end(tar, &err));
    (void)close(tar);
    mem_free(text);
    assert_true(restore(folders, false, &done, &err));
    assert_int_equal(rows_in(folders->to), 1);
}

/* It was so when the backup was made. */
static void a_damaged_document_comes_back_as_it_was(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    struct err err;

    make_tar(folders, MARK, "oauth_main.json", "{tea");
    assert_true(restore(folders, false, &done, &err));
    assert_file(folders->to, "oauth_main.json", "{tea");
}

/* ---- whose it is --------------------------------------------------------- */

static void what_root_brings_back_is_the_folders_owners(void **state)
{
    static const char *const names[] = { "oauth_main.json", "db",
                                         "db/relay.db" };
    struct folders *folders = *state;
    struct backup_restore done;
    struct stat info;
    struct err err;

    if (geteuid() != 0)
        skip();
    back_up(folders);
    assert_int_equal(chown(folders->to, 12345, 12345), 0);
    assert_true(restore(folders, false, &done, &err));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(stat(unit_path(folders->to, names[i]), &info), 0);
        assert_int_equal(info.st_uid, 12345);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_comes_back_and_is_ours_alone),
        TEST(a_folder_with_something_in_it_needs_force),
        TEST(the_folder_stays_ours_with_what_was_kept_aside),
        TEST(nothing_is_restored_while_a_relay_runs),
        TEST(one_that_was_cut_off_changes_nothing),
        TEST(what_no_backup_holds_is_refused),
        TEST(another_tar_file_is_refused),
        TEST(a_damaged_database_is_refused),
        TEST(what_lacks_a_part_is_refused),
        TEST(an_older_one_with_its_database_comes_back),
        TEST(a_damaged_document_comes_back_as_it_was),
        TEST(what_root_brings_back_is_the_folders_owners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
