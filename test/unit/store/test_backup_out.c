// SPDX-License-Identifier: MIT
/* Where a backup goes, and what is never replaced by one.  All that is not a file is
   made here: nothing of the machine's is touched. */
#include "store/backup_out.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

struct scene {
    char *folder;
    char file[4096];
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    (void)snprintf(scene->file, sizeof(scene->file), "%s/x.tar", scene->folder);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void write_to(const struct backup_out *out, const char *text)
{
    assert_int_equal(write(out->fd, text, strlen(text)), strlen(text));
}

static void assert_holds(const struct scene *scene, const char *name,
                         const char *want)
{
    char *text = unit_read(scene->folder, name);

    assert_string_equal(text, want);
    mem_free(text);
}

static mode_t kind_of(const struct scene *scene, const char *name)
{
    struct stat info;

    assert_int_equal(lstat(unit_path(scene->folder, name), &info), 0);
    return info.st_mode & S_IFMT;
}

/* ---- files -------------------------------------------------------------- */

static void a_new_file_is_there_when_it_is_complete(void **state)
{
    struct scene *scene = *state;
    struct backup_out out = { .file = scene->file };
    struct stat info;
    uint64_t bytes;
    struct err err;

    assert_true(backup_out_open(&out, &err));
    write_to(&out, "tea");
    assert_int_equal(access(scene->file, F_OK), -1);
    assert_true(backup_out_settle(&out, &bytes, &err));
    backup_out_done(&out);
    assert_int_equal(bytes, 3);
    assert_holds(scene, "x.tar", "tea");
    assert_int_equal(stat(scene->file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(unit_file_count(scene->folder), 1);
}

static void one_that_is_not_complete_leaves_nothing(void **state)
{
    struct scene *scene = *state;
    struct backup_out out = { .file = scene->file };
    struct err err;

    assert_true(backup_out_open(&out, &err));
    backup_out_done(&out);
    assert_int_equal(unit_file_count(scene->folder), 0);
}

static void a_file_that_is_there_needs_force(void **state)
{
    struct scene *scene = *state;
    struct backup_out out = { .file = scene->file };
    uint64_t bytes;
    struct err err;

    unit_write(scene->folder, "x.tar", "old");
    assert_false(backup_out_open(&out, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    unit_assert_part(err.text, "--force");
    assert_holds(scene, "x.tar", "old");
    out.force = true;
    assert_true(backup_out_open(&out, &err));
    write_to(&out, "new");
    assert_holds(scene, "x.tar", "old");
    assert_true(backup_out_settle(&out, &bytes, &err));
    backup_out_done(&out);
    assert_holds(scene, "x.tar", "new");
    assert_int_equal(unit_file_count(scene->folder), 1);
}

static void so_does_one_that_came_meanwhile(void **state)
{
    struct scene *scene = *state;
    struct backup_out out = { .file = scene->file };
    uint64_t bytes;
    struct err err;

    assert_true(backup_out_open(&out, &err));
    unit_write(scene->folder, "x.tar", "theirs");
    assert_false(backup_out_settle(&out, &bytes, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    backup_out_done(&out);
    assert_holds(scene, "x.tar", "theirs");
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* ---- what is no file ---------------------------------------------------- */

static void assert_refused(struct scene *scene, const char *said)
{
    mode_t kind = kind_of(scene, "x.tar");

    for (int force = 0; force < 2; force++) {
        struct backup_out out = { .file = scene->file, .force = force == 1 };
        struct err err;

        assert_false(backup_out_open(&out, &err));
        unit_assert_part(err.text, said);
        assert_int_equal(kind_of(scene, "x.tar"), kind);
        assert_int_equal(out.fd >= 0 ? fcntl(out.fd, F_GETFD) : -1, -1);
    }
}

static void links_to_files_stay_as_they_are(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "real", "old");
    assert_int_equal(symlink("real", scene->file), 0);
    assert_refused(scene, "a link");
    assert_holds(scene, "real", "old");
    assert_int_equal(unlink(scene->file), 0);
    assert_int_equal(symlink("none", scene->file), 0);
    assert_refused(scene, "a link");
    assert_int_equal(access(unit_path(scene->folder, "none"), F_OK), -1);
}

static void folders_and_sockets_stay_as_they_are(void **state)
{
    struct scene *scene = *state;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_int_equal(mkdir(scene->file, 0700), 0);
    assert_refused(scene, "a folder");
    assert_int_equal(rmdir(scene->file), 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.100s",
                   scene->file);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_refused(scene, "a socket");
    (void)close(fd);
}

static void a_pipe_gets_it(void **state)
{
    struct scene *scene = *state;
    struct backup_out out = { .file = scene->file };
    char got[4] = "";
    uint64_t bytes = 1;
    struct err err;
    int reader;

    assert_int_equal(mkfifo(scene->file, 0600), 0);
    reader = open(scene->file, O_RDONLY | O_NONBLOCK);
    assert_true(backup_out_open(&out, &err));
    assert_false(out.on_output);
    write_to(&out, "tea");
    assert_true(backup_out_settle(&out, &bytes, &err));
    backup_out_done(&out);
    assert_int_equal(bytes, 0);
    assert_int_equal(read(reader, got, 3), 3);
    assert_string_equal(got, "tea");
    assert_int_equal(kind_of(scene, "x.tar"), S_IFIFO);
    assert_int_equal(unit_file_count(scene->folder), 1);
    (void)close(reader);
}

/* A device of our own with the numbers of /dev/null, and a link to it. */
static void a_character_device_gets_it(void **state)
{
    struct scene *scene = *state;
    const char *device = unit_path(scene->folder, "null");
    struct backup_out out = { .file = scene->file, .force = true };
    uint64_t bytes;
    struct err err;

    if (mknod(device, S_IFCHR | 0600, makedev(1, 3)) != 0)
        skip(); /* not root */
    assert_int_equal(symlink("null", scene->file), 0);
    if (!backup_out_open(&out, &err)) {
        unit_assert_part(err.text,
                         "x.tar"); /* no devices on this file system */
        skip();
    }
    write_to(&out, "tea");
    assert_true(backup_out_settle(&out, &bytes, &err));
    backup_out_done(&out);
    assert_int_equal(kind_of(scene, "x.tar"), S_IFLNK);
    assert_int_equal(kind_of(scene, "null"), S_IFCHR);
    assert_int_equal(unit_file_count(scene->folder), 2);
}

static void a_terminal_is_refused(void **state)
{
    struct scene *scene = *state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    struct backup_out out = { 0 };
    struct err err;

    (void)scene;
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        skip();
    out.file = ptsname(master);
    assert_false(backup_out_open(&out, &err));
    unit_assert_part(err.text, "is a terminal");
    (void)close(master);
}

/* ---- standard output ---------------------------------------------------- */

static void assert_on_output(const char *file)
{
    struct backup_out out = { .file = file };
    struct unit_capture output = unit_capture_begin(STDOUT_FILENO);
    uint64_t bytes;
    struct err err;
    bool ok = backup_out_open(&out, &err);
    char *text;

    if (ok)
        write_to(&out, "tea");
    ok = ok && backup_out_settle(&out, &bytes, &err);
    if (ok)
        backup_out_done(&out);
    text = unit_capture_end(&output);
    assert_true(ok);
    assert_true(out.on_output);
    assert_string_equal(text, "tea");
    mem_free(text);
}

static void standard_output_gets_it_under_all_its_names(void **state)
{
    struct scene *scene = *state;

    assert_on_output("-");
    if (access("/proc/self/fd", F_OK) != 0)
        skip();
    assert_int_equal(symlink("/proc/self/fd/1", scene->file), 0);
    assert_on_output(scene->file);
    assert_int_equal(kind_of(scene, "x.tar"), S_IFLNK);
}

static void what_cannot_be_a_name_is_said(void **state)
{
    static const char *const names[] = { "/nonexistent/x.tar", "x/", "/" };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct backup_out out = { .file = names[i] };

        assert_false(backup_out_open(&out, &err));
        assert_true(err.text[0]);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_there_when_it_is_complete),
        TEST(one_that_is_not_complete_leaves_nothing),
        TEST(a_file_that_is_there_needs_force),
        TEST(so_does_one_that_came_meanwhile),
        TEST(links_to_files_stay_as_they_are),
        TEST(folders_and_sockets_stay_as_they_are),
        TEST(a_pipe_gets_it),
        TEST(a_character_device_gets_it),
        TEST(a_terminal_is_refused),
        TEST(standard_output_gets_it_under_all_its_names),
        TEST(what_cannot_be_a_name_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
