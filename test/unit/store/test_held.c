// SPDX-License-Identifier: MIT
/* Folders that are held by their descriptors stay the ones that they were. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/held.h"
#include "unit.h"

struct scene {
    char *folder;
    char *victim;
    int fd;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->victim = unit_folder_new();
    unit_write(scene->victim, "tea", "hot");
    scene->fd = held_open(scene->folder, &err);
    assert_true(scene->fd >= 0);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    (void)close(scene->fd);
    unit_folder_free(scene->folder);
    unit_folder_free(scene->victim);
    mem_free(scene);
    return 0;
}

static void what_is_missing_is_told_from_what_fails(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_int_equal(held_open("/nonexistent", &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(held_enter(scene->fd, "none", "x/none", &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    unit_write(scene->folder, "file", "");
    assert_int_equal(held_enter(scene->fd, "file", "x/file", &err), -1);
    assert_int_equal(err.code, ERR_CONFIG);
    unit_assert_part(err.text, "x/file must be a folder");
}

static void links_are_not_entered(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_int_equal(symlink(scene->victim, unit_path(scene->folder, "link")),
                     0);
    assert_int_equal(held_enter(scene->fd, "link", "x/link", &err), -1);
    unit_assert_part(err.text, "rm x/link");
    assert_int_equal(held_make(scene->fd, "link", "x/link", &err), -1);
}

static void nor_are_folders_of_another_user(void **state)
{
    struct scene *scene = *state;
    const char *path = unit_path(scene->folder, "theirs");
    struct err err;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chown(path, 12345, 12345), 0);
    assert_int_equal(held_enter(scene->fd, "theirs", "x/theirs", &err), -1);
    unit_assert_part(err.text, "uid 12345");
}

static void what_is_made_is_private_until_it_is_given(void **state)
{
    struct scene *scene = *state;
    struct stat info;
    struct err err;
    int fd;

    assert_int_equal(fchown(scene->fd, geteuid() == 0 ? 12345 : geteuid(),
                            getegid()),
                     0);
    fd = held_make(scene->fd, "made", "x/made", &err);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(info.st_uid, geteuid());
    assert_true(held_give(fd, scene->fd, "x/made", &err));
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_uid, geteuid() == 0 ? 12345 : geteuid());
    (void)close(fd);
}

static void what_takes_its_name_is_not_emptied(void **state)
{
    struct scene *scene = *state;
    char *away = mem_strdup(unit_path(scene->folder, "away"));
    struct err err;
    int fd = held_make(scene->fd, "made", "x/made", &err);
    char *made = mem_strdup(unit_path(scene->folder, "made"));

    unit_write(made, "milk", "");
    assert_int_equal(symlink(scene->victim, unit_path(made, "link")), 0);
    assert_int_equal(rename(made, away), 0);
    assert_int_equal(symlink(scene->victim, made), 0);
    held_empty(fd);
    assert_int_equal(unit_file_count(away), 0);
    assert_int_equal(unit_file_count(scene->victim), 1);
    (void)close(fd);
    mem_free(away);
    mem_free(made);
}

/* As the thing that takes paths only would. */
static void a_path_leads_there_whatever_its_name(void **state)
{
    struct scene *scene = *state;
    char held[HELD_PATH_SIZE];
    struct err err;
    int fd = held_make(scene->fd, "made", "x/made", &err);
    const char *path = held_path(fd, "tea", "x/made/tea", held);
    int file;

    if (geteuid() != 0) {
        assert_string_equal(path, "x/made/tea");
        (void)close(fd);
        return;
    }
    assert_int_equal(renameat(scene->fd, "made", scene->fd, "away"), 0);
    assert_int_equal(symlinkat(scene->victim, scene->fd, "made"), 0);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    (void)close(file);
    assert_int_equal(access(unit_path(scene->folder, "away/tea"), F_OK), 0);
    (void)close(fd);
}

static bool count_one(void *arg, const char *name)
{
    int *left = arg;

    *left -= name[0] != '.';
    return *left > 0;
}

static void names_are_gone_through_until_it_is_enough(void **state)
{
    struct scene *scene = *state;
    int left = 3;

    unit_write(scene->folder, "a", "");
    unit_write(scene->folder, "b", "");
    assert_true(held_each(scene->fd, count_one, &left));
    assert_int_equal(left, 1);
    assert_false(held_each(scene->fd, count_one, &left));
    assert_false(held_each(-1, count_one, &left));
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_missing_is_told_from_what_fails),
        TEST(links_are_not_entered),
        TEST(nor_are_folders_of_another_user),
        TEST(what_is_made_is_private_until_it_is_given),
        TEST(what_takes_its_name_is_not_emptied),
        TEST(a_path_leads_there_whatever_its_name),
        TEST(names_are_gone_through_until_it_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
