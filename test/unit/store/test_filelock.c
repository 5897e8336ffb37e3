// SPDX-License-Identifier: MIT
/* Locks on files. */
#include "store/filelock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

/* ---- system calls ------------------------------------------------------- */

/* Removed as soon as it is open. */
/* lint: what is wrapped has no argument to carry it in */
static const char *doomed;

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
    if (doomed)
        (void)unlink(doomed);
    return __real_flock(fd, how);
}

/* ---- the scene ---------------------------------------------------------- */

struct scene {
    char *folder;
    char *path;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->path = mem_strdup(unit_path(scene->folder, ".lock"));
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    unit_folder_free(scene->folder);
    mem_free(scene->path);
    mem_free(scene);
    return 0;
}

static const struct {
    enum filelock_kind first;
    enum filelock_kind second;
    bool both;
} pairs[] = {
    { FILELOCK_TRY, FILELOCK_TRY, false },
    { FILELOCK_TRY, FILELOCK_SHARED, false },
    { FILELOCK_SHARED, FILELOCK_TRY, false },
    { FILELOCK_SHARED, FILELOCK_SHARED, true },
};

/* The kernel would let two holders of one descriptor in. */
static void holders_exclude_each_other_inside_a_process(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct err err = { .code = ERR_INTERNAL };
        int first = filelock_take(scene->path, pairs[i].first, &err);
        int second = filelock_take(scene->path, pairs[i].second, &err);

        assert_true(first >= 0);
        if ((second >= 0) != pairs[i].both)
            fail_msg("pair %zu", i);
        assert_true(second >= 0 || err.code == ERR_BUSY);
        filelock_release(first);
        filelock_release(second);
        first = filelock_take(scene->path, FILELOCK_TRY, &err);
        assert_true(first >= 0);
        filelock_release(first);
    }
}

/* A child that takes the lock, says so, and waits to be ended. */
static pid_t hold_in_child(const char *path)
{
    int said[2];
    pid_t child;
    char byte;

    assert_int_equal(pipe(said), 0);
    child = fork();
    if (child == 0) {
        struct err err;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        byte = filelock_take(path, FILELOCK_TRY, &err) >= 0;
        (void)!write(said[1], &byte, 1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(byte, 1);
    (void)close(said[0]);
    (void)close(said[1]);
    return child;
}

static void a_lock_ends_with_its_process(void **state)
{
    struct scene *scene = *state;
    struct err err;
    pid_t child = hold_in_child(scene->path);
    int fd = filelock_take(scene->path, FILELOCK_TRY, &err);

    assert_int_equal(fd, -1);
    assert_int_equal(err.code, ERR_BUSY);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    fd = filelock_take(scene->path, FILELOCK_TRY, &err);
    assert_true(fd >= 0);
    filelock_release(fd);
}

static void a_folder_is_locked_without_a_file(void **state)
{
    struct scene *scene = *state;
    int other = open(scene->folder, O_RDONLY | O_CLOEXEC);
    struct err err;
    int fd = filelock_take(scene->folder, FILELOCK_FOLDER, &err);

    assert_true(fd >= 0 && other >= 0);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
    filelock_release(fd);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    (void)close(other);
    assert_int_equal(unit_file_count(scene->folder), 0);
}

static void the_file_is_the_owners_and_stays(void **state)
{
    struct scene *scene = *state;
    mode_t mask = umask(0);
    struct stat info;
    struct err err;
    int fd = filelock_take(scene->path, FILELOCK_TRY, &err);

    (void)umask(mask);
    filelock_release(fd);
    assert_int_equal(stat(scene->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_size, 0);
}

static void a_lock_that_cannot_be_made_is_an_error(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_int_equal(filelock_take("/nonexistent/.lock", FILELOCK_TRY, &err),
                     -1);
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "open /nonexistent/.lock: No such file");
    /* Whoever can write there shall not choose what we open. */
    assert_int_equal(symlink("elsewhere", scene->path), 0);
    assert_int_equal(filelock_take(scene->path, FILELOCK_TRY, &err), -1);
    assert_int_equal(unit_file_count(scene->folder), 1);
    filelock_release(-1);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

/* It would exclude nobody: the next one makes another file. */
static void one_that_was_removed_meanwhile_is_no_lock(void **state)
{
    struct scene *scene = *state;
    struct err err;
    int fd;

    doomed = scene->path;
    fd = filelock_take(scene->path, FILELOCK_TRY, &err);
    doomed = NULL;
    assert_int_equal(fd, -1);
    assert_int_equal(err.code, ERR_BUSY);
    fd = filelock_take(scene->path, FILELOCK_TRY, &err);
    assert_true(fd >= 0);
    filelock_release(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(holders_exclude_each_other_inside_a_process),
        SCENE(a_lock_ends_with_its_process),
        SCENE(a_folder_is_locked_without_a_file),
        SCENE(the_file_is_the_owners_and_stays),
        SCENE(a_lock_that_cannot_be_made_is_an_error),
        SCENE(one_that_was_removed_meanwhile_is_no_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
