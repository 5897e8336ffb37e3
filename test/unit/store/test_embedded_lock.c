// SPDX-License-Identifier: MIT
/* The embedded store: what must be so before a lock is given. */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "embedded_scene.h"

static enum store_locked lock(struct store_driver *driver, const char *key,
                              struct store_lock **taken, struct err *err)
{
    return driver->lock(driver, key, taken, err);
}

/* ---- who else holds it -------------------------------------------------- */

static void one_whose_lock_was_deleted_still_has_its_room(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_driver *another = open_driver(scene->folder);
    struct store_lock *mine;
    struct store_lock *others;
    struct err err;

    assert_int_equal(lock(driver, "a", &mine, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, mine, &err));
    assert_int_equal(unlink(unit_path(scene->folder, ".lock_a")), 0);
    assert_int_equal(lock(another, "a", &others, &err), STORE_BUSY);
    unit_assert_part(err.text, "about to be written by another process");
    driver->unlock(driver, mine);
    assert_int_equal(lock(another, "a", &others, &err), STORE_LOCKED);
    another->unlock(another, others);
    another->free(another);
}

static void links_to_one_file_have_one_lock(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_driver *another = open_driver(scene->other);
    char *target = mem_strdup(unit_path(scene->other, "b.json"));
    struct store_lock *mine;
    struct store_lock *others;
    struct err err;

    unit_write(scene->other, "b.json", "{}");
    assert_int_equal(symlink(target, unit_path(scene->folder, "a.json")), 0);
    assert_int_equal(symlink(target, unit_path(scene->folder, "c.json")), 0);
    assert_int_equal(lock(driver, "a", &mine, &err), STORE_LOCKED);
    assert_int_equal(lock(driver, "c", &others, &err), STORE_BUSY);
    assert_int_equal(lock(another, "b", &others, &err), STORE_BUSY);
    driver->unlock(driver, mine);
    assert_int_equal(lock(another, "b", &others, &err), STORE_LOCKED);
    assert_int_equal(lock(driver, "a", &mine, &err), STORE_BUSY);
    another->unlock(another, others);
    another->free(another);
    mem_free(target);
}

/* ---- a volume ----------------------------------------------------------- */

/* The folder was exchanged for an empty one. */
static void move_away(struct scene *scene, const char *to)
{
    char *aside = mem_strdup(unit_path(scene->other, to));

    assert_int_equal(rename(scene->folder, aside), 0);
    assert_int_equal(mkdir(scene->folder, 0700), 0);
    mem_free(aside);
}

static void nothing_is_written_where_a_volume_was(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *taken;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    move_away(scene, "1");
    assert_int_equal(lock(driver, "a", &taken, &err), STORE_LOCK_FAILED);
    unit_assert_part(err.text, "is its volume away?");
    assert_false(update(driver, "a", "{\"x\":1}", false, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_int_equal(unit_file_count(scene->folder), 0);
    /* It comes back. */
    assert_int_equal(rmdir(scene->folder), 0);
    assert_int_equal(rename(unit_path(scene->other, "1"), scene->folder), 0);
    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
}

static void another_folder_with_documents_is_accepted(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    move_away(scene, "1");
    unit_write(scene->folder, "b.json", "{}");
    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    /* From now on this one counts. */
    move_away(scene, "2");
    assert_false(update(driver, "a", "{\"x\":1}", false, &err));
}

static void an_empty_folder_for_an_empty_one_is_accepted(void **state)
{
    struct scene *scene = *state;
    struct err err;

    move_away(scene, "1");
    assert_true(update(scene->driver, "a", "{\"x\":1}", false, &err));
}

/* ---- an exchange -------------------------------------------------------- */

/* What lies in it, but the file of the lock. */
static void copy_folder(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;
    char *text;

    assert_int_equal(mkdir(to, 0700), 0);
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!strstr(entry->d_name, ".json"))
            continue;
        text = unit_read(from, entry->d_name);
        unit_write(to, entry->d_name, text);
        mem_free(text);
    }
    (void)closedir(dir);
}

static void a_copy_of_the_folder_is_written_to(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    char *old = mem_strdup(unit_path(scene->other, "old"));
    struct store_lock *lock;
    struct json_doc *doc;
    struct err err;
    char *text;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, lock, &err));
    assert_int_equal(rename(scene->folder, old), 0);
    copy_folder(old, scene->folder);
    doc = json_doc_parse(STR("{\"x\":2}"), &err);
    assert_true(driver->fill(driver, lock, doc, true, &err));
    json_doc_free(doc);
    driver->unlock(driver, lock);
    text = unit_read(scene->folder, "a.json");
    assert_string_equal(text, "{\n  \"x\": 2\n}");
    mem_free(text);
    mem_free(old);
}

/* ---- a mount ------------------------------------------------------------ */

/* 0: all is well; 77: it could not be tried. */
static int lock_a_mount(struct scene *scene)
{
    char *from = mem_strdup(unit_path(scene->other, "b.json"));
    char *path = mem_strdup(unit_path(scene->folder, "a.json"));
    struct store_lock *taken;
    struct err err;

    unit_write(scene->other, "b.json", "{}");
    unit_write(scene->folder, "a.json", "");
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(from, path, NULL, MS_BIND, NULL) != 0)
        return 77;
    if (lock(scene->driver, "a", &taken, &err) != STORE_LOCK_FAILED)
        return 1;
    unit_assert_part(err.text, "a.json is a mount of its own");
    return umount(path) != 0 ||
           lock(scene->driver, "a", &taken, &err) != STORE_LOCKED;
}

static void a_mounted_file_is_refused(void **state)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0)
        _exit(lock_a_mount(*state));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: mounting needs root\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(one_whose_lock_was_deleted_still_has_its_room),
        SCENE(links_to_one_file_have_one_lock),
        SCENE(nothing_is_written_where_a_volume_was),
        SCENE(another_folder_with_documents_is_accepted),
        SCENE(an_empty_folder_for_an_empty_one_is_accepted),
        SCENE(a_copy_of_the_folder_is_written_to),
        SCENE(a_mounted_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
