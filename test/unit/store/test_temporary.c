// SPDX-License-Identifier: MIT
/* A file on its way into the place of another; its system calls are seen (they are
   wrapped when this test is linked), and may be made to fail. */
#include "store/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "store/embedded.h"
#include "store/jsonfile.h"
#include "unit.h"

/* ---- system calls ------------------------------------------------------- */

/* lint: what is wrapped has no argument to carry it in */
static char calls[300];
static const char *failing = "";

static bool note(const char *call)
{
    size_t len = strlen(calls);

    (void)snprintf(calls + len, sizeof(calls) - len, "%s ", call);
    errno = EIO;
    return strcmp(failing, call) == 0;
}

static bool is_folder(int fd)
{
    struct stat info;

    return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return note(is_folder(fd) ? "fsync-folder" : "fsync-file")
               ? -1
               : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return note("rename") ? -1 : __real_rename(from, to);
}

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to)
{
    return note("link") ? -1 : __real_link(from, to);
}

ssize_t __real_pwrite64(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t offset)
{
    return note("write") ? -1 : __real_pwrite64(fd, at, len, offset);
}

ssize_t __real_pwrite(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *at, size_t len, off_t offset)
{
    return note("write") ? -1 : __real_pwrite(fd, at, len, offset);
}

/* ---- the scene ---------------------------------------------------------- */

static int open_folder(void **state)
{
    *state = unit_folder_new();
    calls[0] = '\0';
    failing = "";
    return 0;
}

static int close_folder(void **state)
{
    failing = "";
    unit_folder_free(*state);
    return 0;
}

static void assert_calls(const char *want)
{
    assert_string_equal(calls, want);
    calls[0] = '\0';
}

/* ---- the order ---------------------------------------------------------- */

static void it_is_on_the_disk_before_it_has_its_place(void **state)
{
    struct err err;

    assert_true(jsonfile_write(*state, "a", STR("x"), false, &err));
    assert_calls("write fsync-file rename fsync-folder ");
    assert_true(jsonfile_write(*state, "b", STR("x"), true, &err));
    assert_calls("write fsync-file link fsync-folder ");
}

static void so_is_a_document(void **state)
{
    struct err err;
    struct store_driver *driver = embedded_open(*state, NULL, &err);
    struct json_doc *doc = json_doc_parse(STR("{\"x\":1}"), &err);
    struct store_lock *lock;

    calls[0] = '\0';
    assert_true(driver->create(driver, "a", doc, &err));
    assert_calls("write fsync-file link fsync-folder ");
    assert_true(driver->change(driver, "a", doc, &err));
    assert_calls("write fsync-file rename fsync-folder ");
    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, lock, &err));
    assert_calls("");
    assert_true(driver->fill(driver, lock, doc, true, &err));
    assert_calls("write fsync-file rename fsync-folder ");
    driver->unlock(driver, lock);
    /* The sign that it was asked for is there before the document is not. */
    assert_true(driver->remove(driver, "a", &err));
    assert_calls("write fsync-file rename fsync-folder fsync-folder ");
    json_doc_free(doc);
    driver->free(driver);
}

static void so_is_what_a_crash_left(void **state)
{
    struct err err;
    struct unit_capture log = unit_capture_begin(2);
    struct store_driver *driver;

    unit_write(*state, ".a.json.0011223344556677.tmp", "{\"x\":1}");
    driver = embedded_open(*state, NULL, &err);
    mem_free(unit_capture_end(&log));
    assert_calls("fsync-file rename fsync-folder ");
    driver->free(driver);
}

static void whatever_fails_the_old_file_or_the_new_one_is_there(void **state)
{
    static const char *const parts[] = { "write", "fsync-file", "rename",
                                         "fsync-folder" };
    struct err err;

    assert_true(jsonfile_write(*state, "a", STR("old"), false, &err));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        char *text;

        failing = parts[i];
        assert_false(jsonfile_write(*state, "a", STR("new"), false, &err));
        failing = "";
        text = unit_read(*state, "a");
        assert_string_equal(text, i < 3 ? "old" : "new");
        mem_free(text);
        assert_int_equal(unit_file_count(*state), 1);
    }
}

/* ---- room --------------------------------------------------------------- */

static void room_is_filled_from_its_start_and_cut(void **state)
{
    struct temporary temporary;
    struct stat info;
    struct err err;
    char *text;

    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 16384, &err));
    assert_int_equal(fstat(temporary.fd, &info), 0);
    assert_true(info.st_blocks * 512 >= 16384);
    assert_true(temporary_fill(&temporary, STR("first, longer"), &err));
    assert_true(temporary_fill(&temporary, STR("second"), &err));
    assert_true(temporary_move(&temporary, false, &err));
    temporary_done(&temporary);
    text = unit_read(*state, "a");
    assert_string_equal(text, "second");
    mem_free(text);
    assert_int_equal(unit_file_count(*state), 1);
}

static void room_that_is_not_used_goes(void **state)
{
    struct temporary temporary;
    struct err err;

    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 16384, &err));
    temporary_done(&temporary);
    temporary_done(&temporary);
    assert_int_equal(unit_file_count(*state), 0);
}

/* The folder was copied and exchanged meanwhile. */
static void a_copy_of_it_never_gets_the_place(void **state)
{
    struct temporary temporary;
    struct err err;
    char *text;

    unit_write(*state, "a", "old");
    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 16384, &err));
    assert_int_equal(unlink(temporary.path), 0);
    unit_write(*state, strrchr(temporary.path, '/') + 1, "zeros");
    assert_true(temporary_fill(&temporary, STR("new"), &err));
    assert_false(temporary_move(&temporary, false, &err));
    unit_assert_part(err.text, "is another file by now");
    temporary_done(&temporary);
    text = unit_read(*state, "a");
    assert_string_equal(text, "old");
    mem_free(text);
}

static void room_grows_with_what_is_filled_in(void **state)
{
    struct temporary temporary;
    struct err err;
    char more[9000];
    char *text;

    memset(more, 'x', sizeof(more));
    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 4096, &err));
    assert_true(temporary_note(&temporary, STR("noted")));
    assert_true(
        temporary_fill(&temporary, (struct str){ more, sizeof(more) }, &err));
    /* What is cut cannot be written through memory any more. */
    assert_null(temporary.map);
    assert_true(temporary_move(&temporary, false, &err));
    temporary_done(&temporary);
    text = unit_read(*state, "a");
    assert_int_equal(strlen(text), sizeof(more));
    mem_free(text);
}

static void assert_left(struct temporary *temporary, const char *want)
{
    char *path = mem_strdup(temporary->path);
    const char *name = strrchr(path, '/') + 1;
    char *folder = mem_strndup(path, (size_t)(name - path - 1));
    char *text;

    calls[0] = '\0';
    temporary_done(temporary);
    assert_calls("fsync-file ");
    text = unit_read(folder, name);
    assert_string_equal(text, want);
    mem_free(text);
    assert_int_equal(unlink(path), 0);
    mem_free(folder);
    mem_free(path);
}

static void what_was_noted_is_left(void **state)
{
    struct temporary temporary;
    struct err err;
    char more[9000] = "";

    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_false(temporary_note(&temporary, STR("no room yet")));
    assert_true(temporary_reserve(&temporary, 4096, &err));
    assert_true(temporary_note(&temporary, STR("first, longer")));
    assert_true(temporary_note(&temporary, STR("second")));
    assert_left(&temporary, "second");
    /* It is larger than the room. */
    memset(more, 'x', sizeof(more) - 1);
    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 4096, &err));
    assert_true(temporary_note(&temporary, str_of(more)));
    assert_left(&temporary, more);
}

/* It was filled in, but could not be moved; or the file system maps nothing. */
static void without_memory_it_is_written(void **state)
{
    struct temporary temporary;
    struct err err;

    assert_true(temporary_open(&temporary, *state, "a", &err));
    assert_true(temporary_reserve(&temporary, 16384, &err));
    assert_true(temporary_fill(&temporary, STR("first, longer"), &err));
    assert_null(temporary.map);
    assert_true(temporary_note(&temporary, STR("second")));
    assert_left(&temporary, "second");
}

/* ---- names -------------------------------------------------------------- */

static const struct {
    const char *file;
    const char *name; /* NULL: it is no temporary file's */
    const char *base;
} names[] = {
    { ".a.json.0011223344556677.tmp", "a.json", "" },
    { ".a.json.0011223344556677-8899aabbccddeeff.tmp", "a.json",
      "0011223344556677" },
    { ".a.0011223344556677.tmp", "a", "" },
    { ".a.json.tmp", NULL, "" },
    { ".a.json.001122334455667.tmp", NULL, "" },
    { ".a.json.001122334455667g.tmp", NULL, "" },
    { ".a.json.0011223344556677-8899aabbccddeef.tmp", NULL, "" },
    { ".a.json.0011223344556677x8899aabbccddeeff.tmp", NULL, "" },
    { ".a.json.0011223344556677-.tmp", NULL, "" },
    { "a.json.0011223344556677.tmp", NULL, "" },
    { ".0011223344556677.tmp", NULL, "" },
    { ".a.json.0011223344556677", NULL, "" },
    { ".tmp", NULL, "" },
    { "", NULL, "" },
};

static void a_name_says_what_it_is_of(void **state)
{
    struct str name;
    struct str base;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool is = temporary_parse(str_of(names[i].file), &name, &base);

        if (is != (names[i].name != NULL))
            fail_msg("%s", names[i].file);
        if (!is)
            continue;
        unit_assert_str(name, names[i].name);
        unit_assert_str(base, names[i].base);
    }
}

static void what_it_replaces_is_in_its_name(void **state)
{
    char base[TEMPORARY_BASE_LEN + 1];
    struct temporary temporary;
    struct stat info;
    struct err err;

    unit_write(*state, "a", "x");
    assert_int_equal(stat(unit_path(*state, "a"), &info), 0);
    temporary_base(&info, base);
    assert_true(temporary_open(&temporary, *state, "a", &err));
    unit_assert_part(temporary.path, base);
    temporary_done(&temporary);
    assert_true(temporary_open(&temporary, *state, "b", &err));
    unit_assert_part(temporary.path, "/.b.0000000000000000-");
    temporary_done(&temporary);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(it_is_on_the_disk_before_it_has_its_place),
        IN_FOLDER(so_is_a_document),
        IN_FOLDER(so_is_what_a_crash_left),
        IN_FOLDER(whatever_fails_the_old_file_or_the_new_one_is_there),
        IN_FOLDER(room_is_filled_from_its_start_and_cut),
        IN_FOLDER(room_that_is_not_used_goes),
        IN_FOLDER(a_copy_of_it_never_gets_the_place),
        IN_FOLDER(what_was_noted_is_left),
        IN_FOLDER(without_memory_it_is_written),
        IN_FOLDER(room_grows_with_what_is_filled_in),
        cmocka_unit_test(a_name_says_what_it_is_of),
        IN_FOLDER(what_it_replaces_is_in_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
