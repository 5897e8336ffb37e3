// SPDX-License-Identifier: MIT
/* The embedded store: a removal, and what only looks like one. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "embedded_scene.h"
#include "store/filelock.h"
#include "store/tombstone.h"

/* ---- removed, or away --------------------------------------------------- */

static void a_removal_is_told_from_a_file_that_is_away(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_driver *another = open_driver(scene->folder);
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    assert_int_equal(unlink(unit_path(scene->folder, "a.json")), 0);
    assert_false(driver->was_removed(driver, "a"));
    assert_false(update(driver, "a", "{}", true, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    /* What is away can be removed. */
    assert_true(another->remove(another, "a", &err));
    assert_true(driver->was_removed(driver, "a"));
    /* It is made again, and goes away again. */
    assert_true(update(driver, "a", "{\"x\":2}", false, &err));
    assert_int_equal(unlink(unit_path(scene->folder, "a.json")), 0);
    assert_false(another->was_removed(another, "a"));
    /* Nobody keeps these in memory. */
    assert_true(update(driver, "pkce_b", "{}", false, &err));
    assert_true(driver->discard(driver, "pkce_b", &err));
    assert_false(driver->was_removed(driver, "pkce_b"));
    another->free(another);
}

static void one_that_was_put_back_by_hand_is_no_removal_any_more(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    assert_true(driver->remove(driver, "a", &err));
    unit_write(scene->folder, "a.json", "{\"x\":3}");
    assert_x(driver, "a", 3);
    assert_int_equal(unlink(unit_path(scene->folder, "a.json")), 0);
    assert_false(driver->was_removed(driver, "a"));
}

static void what_a_crash_left_does_not_undo_a_removal(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct json_doc *doc;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    assert_true(driver->remove(driver, "a", &err));
    unit_write(scene->folder, ".a.json.0011223344556677.tmp", "{\"x\":2}");
    driver->free(driver);
    driver = scene->driver = open_driver(scene->folder);
    assert_true(driver->read(driver, "a", &doc, &err));
    assert_null(doc);
}

/* The document cannot be opened now, so nothing overtook what lies beside it. */
static void a_removal_takes_what_a_crash_left_with_it(void **state)
{
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    const char *name = ".a.json.0011223344556677.tmp";
    struct scene *scene = *state;
    struct unit_capture log = unit_capture_begin(2);
    struct err err;

    unit_write(scene->folder, "a.json",
               "{\"api_key\":\"sealed:v1:00000000:AAAA\"}");
    unit_write(scene->folder, name, "{\"x\":2}");
    assert_int_equal(utimensat(AT_FDCWD, unit_path(scene->folder, name), old,
                               0),
                     0);
    assert_true(scene->driver->remove(scene->driver, "a", &err));
    mem_free(unit_capture_end(&log));
    /* The sign is left. */
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* ---- made again --------------------------------------------------------- */

#define NO_BASE "0000000000000000"
#define OLD_BASE "0011223344556677"

/* Long ago, if the clock is asked. */
static void leave(const char *folder, const char *base, const char *text)
{
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    static unsigned number;
    char name[100];

    (void)snprintf(name, sizeof(name), ".a.json.%s-%016x.tmp", base, number++);
    unit_write(folder, name, text);
    assert_int_equal(utimensat(AT_FDCWD, unit_path(folder, name), old, 0), 0);
}

static void open_again(struct scene *scene)
{
    scene->driver->free(scene->driver);
    scene->driver = open_driver(scene->folder);
}

/* Its base says that there was no file: it was begun after the removal, whatever the
   clocks say. */
static void what_was_made_again_after_a_removal_is_adopted(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_true(update(scene->driver, "a", "{\"x\":1}", false, &err));
    assert_true(scene->driver->remove(scene->driver, "a", &err));
    leave(scene->folder, OLD_BASE, "{\"x\":2}");
    leave(scene->folder, NO_BASE, "{\"x\":3}");
    leave(scene->folder, NO_BASE, "{\"x\":");
    open_again(scene);
    assert_false(scene->driver->was_removed(scene->driver, "a"));
    assert_x(scene->driver, "a", 3);
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* Whatever lies there then was begun before it, also what could not be put right: it
   is sealed, or lies beside a document that is. */
static void a_removal_leaves_nothing_that_would_undo_it(void **state)
{
    struct scene *scene = *state;
    struct unit_capture log = unit_capture_begin(2);
    struct err err;

    unit_write(scene->folder, "a.json",
               "{\"api_key\":\"sealed:v1:00000000:AAAA\"}");
    leave(scene->folder, NO_BASE, "{\"x\":2}");
    leave(scene->folder, NO_BASE, "{\"api_key\":\"sealed:v1:00000000:AAAA\"}");
    assert_true(scene->driver->remove(scene->driver, "a", &err));
    mem_free(unit_capture_end(&log));
    /* The sign is left. */
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* A sign-in that is under way outlives the removal. */
static void a_removal_leaves_what_has_an_owner(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct err err;

    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, lock, &err));
    assert_true(driver->remove(driver, "a", &err));
    /* The lock, the room, and the sign. */
    assert_int_equal(unit_file_count(scene->folder), 3);
    driver->unlock(driver, lock);
}

/* ---- killed ------------------------------------------------------------- */

static bool has_sign(const char *folder)
{
    return access(unit_path(folder, ".removed_a"), F_OK) == 0;
}

/* Between the sign and the removal. */
static void leave_sign(const char *folder)
{
    struct stat info;
    struct err err;

    assert_int_equal(stat(unit_path(folder, "a.json"), &info), 0);
    assert_true(tombstone_put(folder, "a", &info, &err));
}

static void a_removal_that_was_killed_is_none(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;
    int held;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    leave_sign(scene->folder);
    /* Somebody is about to remove it. */
    held = filelock_take(scene->folder, FILELOCK_FOLDER, &err);
    assert_x(driver, "a", 1);
    assert_true(has_sign(scene->folder));
    filelock_release(held);
    assert_x(driver, "a", 1);
    assert_false(has_sign(scene->folder));
}

static void a_removal_that_fails_leaves_no_sign(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;

    assert_int_equal(mkdir(unit_path(scene->folder, "a.json"), 0700), 0);
    assert_false(driver->remove(driver, "a", &err));
    assert_false(has_sign(scene->folder));
    assert_int_equal(rmdir(unit_path(scene->folder, "a.json")), 0);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_removal_is_told_from_a_file_that_is_away),
        SCENE(one_that_was_put_back_by_hand_is_no_removal_any_more),
        SCENE(what_a_crash_left_does_not_undo_a_removal),
        SCENE(a_removal_takes_what_a_crash_left_with_it),
        SCENE(what_was_made_again_after_a_removal_is_adopted),
        SCENE(a_removal_leaves_nothing_that_would_undo_it),
        SCENE(a_removal_leaves_what_has_an_owner),
        SCENE(a_removal_that_was_killed_is_none),
        SCENE(a_removal_that_fails_leaves_no_sign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
