// SPDX-License-Identifier: MIT
/* Where the control socket is, also where the file system has none: bind() in DATA_DIR
   is refused by this test. */
#include "app/control_at.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refused_bind.h"
#include "unit.h"

struct scene {
    char *data_dir;
    char *runtime;
    char *other;
    struct control_at at;
    struct err err;
    struct buf path;
};

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .data_dir = unit_folder_new(),
                            .runtime = unit_folder_new(),
                            .other = unit_folder_new(),
                            .at = CONTROL_AT_NONE };
    buf_init(&scene.path, CONTROL_PATH_MAX);
    refused_bind_set("", 0);
    (void)unsetenv("RUNTIME_DIRECTORY");
    (void)setenv("XDG_RUNTIME_DIR", scene.runtime, 1);
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    control_at_close(&scene->at, scene->data_dir);
    buf_done(&scene->path);
    unit_folder_free(scene->data_dir);
    unit_folder_free(scene->runtime);
    unit_folder_free(scene->other);
    return 0;
}

static bool opens(struct scene *scene)
{
    return control_at_open(&scene->at, scene->data_dir, &scene->err);
}

static const char *kept_at(const struct scene *scene)
{
    return unit_path(scene->data_dir, CONTROL_AT);
}

static bool is_kept(const struct scene *scene)
{
    return access(kept_at(scene), F_OK) == 0;
}

static void keep(const struct scene *scene, const char *text)
{
    unit_write(scene->data_dir, CONTROL_AT, text);
}

static int connected(struct scene *scene)
{
    buf_clear(&scene->path);
    scene->err = (struct err){ .text = "" };
    return control_at_connect(scene->data_dir, &scene->path, &scene->err);
}

static void assert_reached(struct scene *scene, const char *folder)
{
    int fd = connected(scene);

    if (fd < 0)
        fail_msg("%s", scene->err.text);
    assert_true(str_starts(buf_str(&scene->path), str_of(folder)));
    (void)close(fd);
}

static void it_is_in_the_folder(void **state)
{
    struct scene *scene = *state;

    keep(scene, "/of/a/relay/before\n");
    assert_true(opens(scene));
    assert_false(is_kept(scene));
    assert_true(control_at_is_there(&scene->at, scene->data_dir));
    assert_reached(scene, scene->data_dir);
    control_at_close(&scene->at, scene->data_dir);
    assert_int_equal(connected(scene), -1);
    assert_int_equal(scene->err.code, ERR_NOT_FOUND);
}

/* After a crash of root's relay the folder's owner has to find that nobody listens. */
static void in_another_users_folder_it_is_that_users(void **state)
{
    struct scene *scene = *state;
    struct stat info;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scene->data_dir, 12345, 12346), 0);
    assert_true(opens(scene));
    assert_int_equal(lstat(unit_path(scene->data_dir, CONTROL_SOCKET), &info),
                     0);
    assert_int_equal(info.st_uid, 12345);
    assert_int_equal(info.st_gid, 12346);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void without_sockets_it_is_in_the_runtime_folder(void **state)
{
    static const int numbers[] = { EPERM, EOPNOTSUPP, ENOSYS, EINVAL };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        refused_bind_set(scene->data_dir, numbers[i]);
        if (!opens(scene))
            fail_msg("%s", scene->err.text);
        assert_true(is_kept(scene));
        assert_true(control_at_is_there(&scene->at, scene->data_dir));
        assert_reached(scene, scene->runtime);
        control_at_close(&scene->at, scene->data_dir);
        assert_false(is_kept(scene));
        assert_int_equal(rmdir(scene->runtime), 0);
        assert_int_equal(mkdir(scene->runtime, 0700), 0);
    }
}

static void other_failures_are_failures(void **state)
{
    static const int numbers[] = { EACCES, ENOSPC, EADDRINUSE, EROFS, EIO };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        refused_bind_set(scene->data_dir, numbers[i]);
        assert_false(opens(scene));
        unit_assert_part(scene->err.text, strerror(numbers[i]));
        assert_false(is_kept(scene));
    }
}

/* O: one that is open to others; R: the one that is fine. */
static const struct {
    const char *directory; /* RUNTIME_DIRECTORY; or NULL */
    const char *xdg;
    bool found;
} folders[] = {
    { "R", NULL, true },
    { "O:R", NULL, true },
    { "/nowhere/at/all:R", "O", true },
    { "O", "R", true },
    { "", "R", true },
    { "O", NULL, false },
    { "relative", "also/relative", false },
    { "R/no:O", "O", false },
    { NULL, "O:R", false },
    { NULL, "", false },
    { NULL, NULL, false },
};

static void set(const char *variable, const char *text,
                const struct scene *scene)
{
    struct buf value;

    if (!text) {
        (void)unsetenv(variable);
        return;
    }
    buf_init(&value, CONTROL_PATH_MAX);
    for (; *text; text++) {
        if (*text == 'O' || *text == 'R')
            buf_printf(&value, "%s",
                       *text == 'O' ? scene->other : scene->runtime);
        else
            buf_add(&value, (struct str){ text, 1 });
    }
    buf_add(&value, (struct str){ "", 1 });
    (void)setenv(variable, value.mem, 1);
    buf_done(&value);
}

static void a_runtime_folder_is_ours_alone(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(chmod(scene->other, 0770), 0);
    refused_bind_set(scene->data_dir, EPERM);
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        set("RUNTIME_DIRECTORY", folders[i].directory, scene);
        set("XDG_RUNTIME_DIR", folders[i].xdg, scene);
        if (opens(scene) != folders[i].found)
            fail_msg("row %zu: %s", i, scene->err.text);
        if (folders[i].found)
            assert_reached(scene, scene->runtime);
        else
            unit_assert_part(scene->err.text, "RUNTIME_DIRECTORY");
        control_at_close(&scene->at, scene->data_dir);
    }
}

static void a_runtime_folder_of_another_user_is_not_taken(void **state)
{
    struct scene *scene = *state;

    if (geteuid() != 0)
        skip();
    refused_bind_set(scene->data_dir, EPERM);
    assert_int_equal(chown(scene->runtime, 65534, 65534), 0);
    assert_false(opens(scene));
    assert_int_equal(chown(scene->runtime, 0, 0), 0);
    assert_true(opens(scene));
}

static void relays_of_two_folders_share_it(void **state)
{
    struct scene *scene = *state;
    struct control_at second = CONTROL_AT_NONE;

    refused_bind_set(scene->data_dir, EPERM);
    assert_true(opens(scene));
    refused_bind_set(scene->other, EPERM);
    assert_true(control_at_open(&second, scene->other, &scene->err));
    assert_string_not_equal(second.name, scene->at.name);
    control_at_close(&second, scene->other);
    assert_true(control_at_is_there(&scene->at, scene->data_dir));
}

static const char *const untrusted[] = {
    "", "\n", "relative.sock\n", "../x.sock", "/", "/a\n/b.sock", "@abstract",
};

static void what_is_kept_is_not_trusted(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(untrusted); i++) {
        keep(scene, untrusted[i]);
        assert_int_equal(connected(scene), -1);
        assert_int_equal(scene->err.code, ERR_IO);
        unit_assert_part(scene->err.text, CONTROL_AT);
    }
    keep(scene, "/nobody/is/there.sock\n");
    assert_int_equal(connected(scene), -1);
    assert_int_equal(scene->err.code, ERR_NOT_FOUND);
    assert_int_equal(unlink(kept_at(scene)), 0);
    assert_int_equal(mkdir(kept_at(scene), 0700), 0);
    assert_int_equal(connected(scene), -1);
    assert_int_not_equal(scene->err.code, ERR_NOT_FOUND);
    assert_int_equal(rmdir(kept_at(scene)), 0);
}

static void what_others_can_write_is_not_read(void **state)
{
    struct scene *scene = *state;

    refused_bind_set(scene->data_dir, EPERM);
    assert_true(opens(scene));
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(kept_at(scene), 65534, 65534), 0);
    assert_int_equal(connected(scene), -1);
    assert_int_equal(scene->err.code, ERR_IO);
    assert_int_equal(chown(kept_at(scene), 0, 0), 0);
    assert_reached(scene, scene->runtime);
}

/* Another relay has taken its place. */
static void the_end_leaves_what_is_anothers(void **state)
{
    struct scene *scene = *state;
    struct control_at second = CONTROL_AT_NONE;

    refused_bind_set(scene->data_dir, EPERM);
    assert_true(opens(scene));
    assert_true(control_at_open(&second, scene->data_dir, &scene->err));
    assert_false(control_at_is_there(&scene->at, scene->data_dir));
    control_at_close(&scene->at, scene->data_dir);
    assert_true(is_kept(scene));
    assert_reached(scene, scene->runtime);
    control_at_close(&second, scene->data_dir);
    assert_false(is_kept(scene));
}

static void a_lost_place_is_noticed(void **state)
{
    struct scene *scene = *state;

    refused_bind_set(scene->data_dir, EPERM);
    assert_true(opens(scene));
    assert_int_equal(unlink(kept_at(scene)), 0);
    assert_false(control_at_is_there(&scene->at, scene->data_dir));
    assert_true(opens(scene));
    assert_reached(scene, scene->runtime);
}

static void a_trial_leaves_nothing(void **state)
{
    struct scene *scene = *state;

    assert_true(control_at_try(scene->data_dir, &scene->path, &scene->err));
    assert_true(str_starts(buf_str(&scene->path), str_of(scene->data_dir)));
    refused_bind_set(scene->data_dir, EPERM);
    buf_clear(&scene->path);
    assert_true(control_at_try(scene->data_dir, &scene->path, &scene->err));
    assert_true(str_starts(buf_str(&scene->path), str_of(scene->runtime)));
    assert_false(is_kept(scene));
    assert_int_equal(rmdir(scene->runtime), 0);
    assert_false(control_at_try(scene->data_dir, &scene->path, &scene->err));
    assert_int_equal(mkdir(scene->runtime, 0700), 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(it_is_in_the_folder),
        ROW(in_another_users_folder_it_is_that_users),
        ROW(without_sockets_it_is_in_the_runtime_folder),
        ROW(other_failures_are_failures),
        ROW(a_runtime_folder_is_ours_alone),
        ROW(a_runtime_folder_of_another_user_is_not_taken),
        ROW(relays_of_two_folders_share_it),
        ROW(what_is_kept_is_not_trusted),
        ROW(what_others_can_write_is_not_read),
        ROW(the_end_leaves_what_is_anothers),
        ROW(a_lost_place_is_noticed),
        ROW(a_trial_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
