// SPDX-License-Identifier: MIT
/* Small files that must not be lost. */
#include "store/jsonfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

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

static void assert_content(const char *folder, const char *name,
                           const char *want)
{
    char *text = unit_read(folder, name);

    assert_string_equal(text, want);
    mem_free(text);
}

/* ---- writing ------------------------------------------------------------ */

static void a_file_is_written_and_replaced_whole(void **state)
{
    struct err err;

    assert_true(jsonfile_write(*state, "a.json", STR("one"), false, &err));
    assert_content(*state, "a.json", "one");
    assert_true(jsonfile_write(*state, "a.json", STR("2"), false, &err));
    assert_content(*state, "a.json", "2");
    assert_int_equal(unit_file_count(*state), 1);
}

static void a_file_is_for_its_owner_alone(void **state)
{
    struct stat info;
    struct err err;
    mode_t mask = umask(0);

    assert_true(jsonfile_write(*state, "a.json", STR("x"), true, &err));
    assert_int_equal(stat(unit_path(*state, "a.json"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    (void)umask(mask);
}

static void creating_never_replaces(void **state)
{
    struct err err;

    assert_true(jsonfile_write(*state, "a.json", STR("one"), true, &err));
    assert_false(jsonfile_write(*state, "a.json", STR("two"), true, &err));
    unit_assert_part(err.text, "create ");
    unit_assert_part(err.text, "a.json: File exists");
    assert_int_equal(err.code, ERR_EXISTS);
    assert_content(*state, "a.json", "one");
    assert_int_equal(unit_file_count(*state), 1);
}

static void a_failed_rename_leaves_no_temporary_file(void **state)
{
    struct err err;

    assert_int_equal(mkdir(unit_path(*state, "a.json"), 0700), 0);
    assert_false(jsonfile_write(*state, "a.json", STR("x"), false, &err));
    unit_assert_part(err.text, "replace ");
    assert_int_equal(err.code, ERR_IO);
    assert_int_equal(unit_file_count(*state), 1);
}

static void a_missing_folder_is_an_error(void **state)
{
    struct err err;
    char *path = mem_strdup(unit_path(*state, "none"));

    assert_false(jsonfile_write(path, "a.json", STR("x"), false, &err));
    unit_assert_part(err.text, "create ");
    unit_assert_part(err.text, "No such file or directory");
    mem_free(path);
}

/* A full disk, as a limit on the size of files. */
static void a_failed_write_keeps_the_old_file(void **state)
{
    struct rlimit old;
    struct rlimit tight;
    struct err err;
    bool ok;

    assert_true(jsonfile_write(*state, "a.json", STR("old"), false, &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 5;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    ok = jsonfile_write(*state, "a.json", STR("longer than five"), false, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_false(ok);
    unit_assert_part(err.text, "write: File too large");
    assert_content(*state, "a.json", "old");
    assert_int_equal(unit_file_count(*state), 1);
}

/* The child dies inside write(). */
static void die_writing(const char *folder)
{
    struct rlimit tight = { 5, 5 };
    struct rlimit no_core = { 0, 0 };
    struct err err;

    (void)signal(SIGXFSZ, SIG_DFL);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)setrlimit(RLIMIT_FSIZE, &tight);
    _exit(jsonfile_write(folder, "a.token", STR("longer than five"), false,
                         &err));
}

/* Every file of the folder becomes old. */
static void age_all(const char *folder)
{
    static const struct timespec old[2] = { { .tv_sec = 1000000000 },
                                            { .tv_sec = 1000000000 } };
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    assert_non_null(dir);
    for (entry = readdir(dir); entry; entry = readdir(dir))
        (void)utimensat(dirfd(dir), entry->d_name, old, 0);
    (void)closedir(dir);
}

static void a_crash_keeps_the_old_file_and_its_rest_is_removed_later(
    void **state)
{
    struct err err;
    int status;
    pid_t child;

    assert_true(jsonfile_write(*state, "a.token", STR("old"), false, &err));
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        die_writing(*state);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_content(*state, "a.token", "old");
    assert_int_equal(unit_file_count(*state), 2);
    /* A fresh one may belong to a running process. */
    assert_true(jsonfile_make_folder(*state, &err));
    assert_int_equal(unit_file_count(*state), 2);
    unit_write(*state, ".hidden", "of somebody else");
    unit_write(*state, ".a.tmp", "of somebody else");
    unit_write(*state, ".a.json.0123456789abcdef.tmp", "for store/rescue.h");
    age_all(*state);
    assert_true(jsonfile_make_folder(*state, &err));
    assert_int_equal(unit_file_count(*state), 4);
    assert_content(*state, "a.token", "old");
}

/* ---- reading ------------------------------------------------------------ */

static void assert_read_fails(const char *path, enum err_code code,
                              const char *why)
{
    struct buf out;
    struct err err;

    buf_init(&out, JSONFILE_MAX);
    assert_false(jsonfile_read(path, &out, &err));
    assert_int_equal(err.code, code);
    unit_assert_part(err.text, why);
    unit_assert_part(err.text, path);
    buf_done(&out);
}

static void what_was_written_is_read(void **state)
{
    struct buf out;
    struct err err;

    assert_true(jsonfile_write(*state, "a", STR("x\0y\n"), false, &err));
    buf_init_secret(&out, JSONFILE_MAX);
    assert_true(jsonfile_read(unit_path(*state, "a"), &out, &err));
    assert_int_equal(out.len, 4);
    assert_memory_equal(buf_str(&out).at, "x\0y\n", 4);
    buf_done(&out);
}

static void reading_ends_at_the_ceiling_exactly(void **state)
{
    char *text = mem_zalloc(JSONFILE_MAX + 2);
    struct buf out;
    struct err err;

    memset(text, 'x', JSONFILE_MAX);
    unit_write(*state, "a", text);
    buf_init(&out, JSONFILE_MAX);
    assert_true(jsonfile_read(unit_path(*state, "a"), &out, &err));
    assert_int_equal(out.len, JSONFILE_MAX);
    buf_done(&out);
    text[JSONFILE_MAX] = 'x';
    unit_write(*state, "a", text);
    assert_read_fails(unit_path(*state, "a"), ERR_IO,
                      "larger than 1048576 bytes");
    mem_free(text);
}

static void what_is_no_file_is_not_read(void **state)
{
    assert_read_fails(unit_path(*state, "none"), ERR_NOT_FOUND,
                      "No such file or directory");
    assert_read_fails(*state, ERR_IO, "not a regular file");
    assert_int_equal(mkfifo(unit_path(*state, "pipe"), 0600), 0);
    assert_read_fails(unit_path(*state, "pipe"), ERR_IO, "not a regular file");
}

static void an_empty_file_is_empty(void **state)
{
    struct buf out;
    struct err err;

    unit_write(*state, "a", "");
    buf_init(&out, JSONFILE_MAX);
    assert_true(jsonfile_read(unit_path(*state, "a"), &out, &err));
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

/* ---- the folder --------------------------------------------------------- */

static void a_folder_is_made_for_its_owner_alone(void **state)
{
    char *path = mem_strdup(unit_path(*state, "data"));
    struct stat info;
    struct err err;

    assert_true(jsonfile_make_folder(path, &err));
    assert_true(jsonfile_make_folder(path, &err));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    mem_free(path);
}

static void a_folder_in_a_missing_folder_is_an_error(void **state)
{
    char *path = mem_strdup(unit_path(*state, "none/data"));
    struct err err;

    assert_false(jsonfile_make_folder(path, &err));
    unit_assert_part(err.text, "make the folder ");
    mem_free(path);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_is_written_and_replaced_whole),
        IN_FOLDER(a_file_is_for_its_owner_alone),
        IN_FOLDER(creating_never_replaces),
        IN_FOLDER(a_failed_rename_leaves_no_temporary_file),
        IN_FOLDER(a_missing_folder_is_an_error),
        IN_FOLDER(a_failed_write_keeps_the_old_file),
        IN_FOLDER(a_crash_keeps_the_old_file_and_its_rest_is_removed_later),
        IN_FOLDER(what_was_written_is_read),
        IN_FOLDER(reading_ends_at_the_ceiling_exactly),
        IN_FOLDER(what_is_no_file_is_not_read),
        IN_FOLDER(an_empty_file_is_empty),
        IN_FOLDER(a_folder_is_made_for_its_owner_alone),
        IN_FOLDER(a_folder_in_a_missing_folder_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
