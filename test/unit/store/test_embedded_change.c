// SPDX-License-Identifier: MIT
/* The embedded store: what is away, linked, reserved, or held by another process. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "embedded_scene.h"
#include "store/filelock.h"
#include "store/grant.h"

/* ---- what a crash left -------------------------------------------------- */

static void leave(const char *folder, const char *name, const char *text)
{
    unit_write(folder, name, text);
}

static void it_is_adopted_before_anybody_asks(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    /* By the next start. */
    leave(scene->folder, ".a.json.0011223344556677.tmp", "{\"x\":2}");
    driver->free(driver);
    driver = scene->driver = open_driver(scene->folder);
    assert_x(driver, "a", 2);
    /* By whoever takes the lock to refresh. */
    leave(scene->folder, ".a.json.0011223344556677.tmp", "{\"x\":3}");
    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_x(driver, "a", 3);
    driver->unlock(driver, lock);
    /* By a change, which keeps what it does not name. */
    leave(scene->folder, ".a.json.0011223344556677.tmp", "{\"x\":4}");
    assert_true(update(driver, "a", "{\"y\":1}", true, &err));
    assert_x(driver, "a", 4);
    assert_int_equal(unit_file_count(scene->folder), 2);
}

/* ---- what would be lost ------------------------------------------------- */

static bool has_kept(const struct scene *scene)
{
    return access(unit_path(scene->folder, "a.json.broken"), F_OK) == 0;
}

/* A refresh says what its tokens replaced. */
static void a_grant_that_nothing_replaced_is_kept_beside_it(void **state)
{
    struct scene *scene = *state;
    struct json_doc *old = json_doc_new_object();
    char name[GRANT_NAME_LEN + 1];
    char with[200];
    struct err err;
    char *kept;

    json_doc_set_str(old, "refresh_token", STR("old"));
    grant_name(old, name);
    json_doc_free(old);
    (void)snprintf(with, sizeof(with),
                   "{\"refresh_token\":\"new\",\"replaced\":[\"%s\"]}", name);
    unit_write(scene->folder, "a.json", "{\"refresh_token\":\"old\"}");
    assert_true(update(scene->driver, "a", "{\"note\":\"x\"}", true, &err));
    assert_true(update(scene->driver, "a", with, true, &err));
    assert_false(has_kept(scene));
    unit_write(scene->folder, "a.json", "{\"refresh_token\":\"others\"}");
    assert_true(update(scene->driver, "a", with, true, &err));
    kept = unit_read(scene->folder, "a.json.broken");
    unit_assert_part(kept, "others");
    mem_free(kept);
}

/* ---- links -------------------------------------------------------------- */

static void link_to_other(struct scene *scene)
{
    char *target = mem_strdup(unit_path(scene->other, "real.json"));

    assert_int_equal(symlink(target, unit_path(scene->folder, "a.json")), 0);
    mem_free(target);
}

static bool is_link(struct scene *scene)
{
    struct stat info;

    return lstat(unit_path(scene->folder, "a.json"), &info) == 0 &&
           S_ISLNK(info.st_mode);
}

static void a_link_is_followed_and_stays(void **state)
{
    struct scene *scene = *state;
    struct store_lock *lock;
    struct json_doc *doc;
    struct err err;

    unit_write(scene->other, "real.json", "{\"x\":1}");
    link_to_other(scene);
    assert_true(update(scene->driver, "a", "{\"x\":2}", true, &err));
    assert_true(is_link(scene));
    assert_x(scene->driver, "a", 2);
    assert_int_equal(unit_file_count(scene->other), 1);
    /* Its lock, room, and what a crash leaves, lie beside the target. */
    assert_int_equal(scene->driver->lock(scene->driver, "a", &lock, &err),
                     STORE_LOCKED);
    assert_true(scene->driver->reserve(scene->driver, lock, &err));
    assert_int_equal(unit_file_count(scene->other), 3);
    doc = json_doc_parse(STR("{\"x\":3}"), &err);
    assert_true(scene->driver->fill(scene->driver, lock, doc, true, &err));
    json_doc_free(doc);
    scene->driver->unlock(scene->driver, lock);
    leave(scene->other, ".real.json.0011223344556677.tmp", "{\"x\":4}");
    scene->driver->free(scene->driver);
    scene->driver = open_driver(scene->folder);
    assert_x(scene->driver, "a", 4);
    assert_true(is_link(scene));
    assert_int_equal(unit_file_count(scene->other), 2);
}

/* Whoever watches the folder sees it by that. */
static void a_link_is_touched_when_its_target_is_replaced(void **state)
{
    struct scene *scene = *state;
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    const char *path;
    struct stat info;
    struct err err;

    unit_write(scene->other, "real.json", "{\"x\":1}");
    link_to_other(scene);
    path = unit_path(scene->folder, "a.json");
    assert_int_equal(utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(update(scene->driver, "a", "{\"x\":2}", true, &err));
    assert_int_equal(lstat(unit_path(scene->folder, "a.json"), &info), 0);
    assert_true(info.st_mtim.tv_sec > 1000);
}

static void a_link_that_leads_nowhere_is_not_replaced(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc;
    struct err err;

    link_to_other(scene);
    assert_false(update(scene->driver, "a", "{\"x\":2}", false, &err));
    unit_assert_part(err.text, "a.json is a link to a file that is not there");
    assert_true(is_link(scene));
    /* Nor is it read as if nothing were there. */
    assert_false(scene->driver->read(scene->driver, "a", &doc, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "a.json is a link to a file that is not there");
    /* It is away for now, and nobody says that there is none. */
    assert_false(update(scene->driver, "a", "{\"x\":2}", true, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(scene->driver->was_removed(scene->driver, "a"));
    assert_true(scene->driver->remove(scene->driver, "a", &err));
    assert_false(is_link(scene));
}

/* ---- room --------------------------------------------------------------- */

static void fill_disk(const char *folder)
{
    char part[4096];
    FILE *file = fopen(unit_path(folder, "full"), "we");

    memset(part, 'x', sizeof(part));
    while (fwrite(part, 1, sizeof(part), file) == sizeof(part))
        ;
    while (fputc('x', file) != EOF && fflush(file) == 0)
        ;
    (void)fclose(file);
}

/* What it was to become has no room: what was noted stays, and is found. */
static int note_on_a_full_disk(struct store_driver **driver, const char *folder)
{
    char *more = mem_zalloc(200001);
    struct store_lock *lock;
    struct json_doc *doc = json_doc_new_object();
    struct err err;
    bool filled;

    memset(more, 'x', 200000);
    json_doc_set_u64(doc, "x", 3);
    if ((*driver)->lock(*driver, "a", &lock, &err) != STORE_LOCKED ||
        !(*driver)->reserve(*driver, lock, &err) ||
        !(*driver)->note(*driver, lock, doc))
        return 6;
    fill_disk(folder);
    json_doc_set_str(doc, "more", str_of(more));
    filled = (*driver)->fill(*driver, lock, doc, true, &err);
    (*driver)->unlock(*driver, lock);
    json_doc_free(doc);
    mem_free(more);
    (*driver)->free(*driver);
    *driver = open_driver(folder);
    assert_x(*driver, "a", 3);
    return filled ? 7 : 0;
}

/* 0: all is well; 77: it could not be tried. */
static int save_on_a_full_disk(const char *folder)
{
    struct store_driver *driver;
    struct store_lock *lock;
    struct json_doc *doc;
    struct err err;

    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=1m,mode=0700") != 0)
        return 77;
    driver = open_driver(folder);
    doc = json_doc_parse(STR("{\"x\":2}"), &err);
    if (!driver->update(driver, "a", doc, &err) ||
        driver->lock(driver, "a", &lock, &err) != STORE_LOCKED ||
        !driver->reserve(driver, lock, &err))
        return 1;
    fill_disk(folder);
    if (driver->create(driver, "b", doc, &err))
        return 2; /* not full */
    if (!driver->fill(driver, lock, doc, true, &err))
        return 3;
    driver->unlock(driver, lock);
    assert_x(driver, "a", 2);
    if (unlink(unit_path(folder, "full")) != 0 ||
        note_on_a_full_disk(&driver, folder) != 0)
        return 6;
    /* And now there is none. */
    if (driver->lock(driver, "a", &lock, &err) != STORE_LOCKED)
        return 4;
    fill_disk(folder);
    return driver->reserve(driver, lock, &err) ? 5 : 0;
}

static void what_was_reserved_is_saved_on_a_full_disk(void **state)
{
    struct scene *scene = *state;
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0)
        _exit(save_on_a_full_disk(scene->other));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: mounting a small disk needs root\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The name of its file. */
static char *room_in(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char *found = NULL;

    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!found && strstr(entry->d_name, ".tmp"))
            found = mem_strdup(entry->d_name);
    }
    (void)closedir(dir);
    assert_non_null(found);
    return found;
}

static void room_is_kept_while_others_change_the_document(void **state)
{
    struct scene *scene = *state;
    char *first;
    char *second;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct json_doc *doc;
    struct err err;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, lock, &err));
    first = room_in(scene->folder);
    assert_true(driver->reserve(driver, lock, &err));
    second = room_in(scene->folder);
    assert_string_equal(first, second);
    mem_free(first);
    mem_free(second);
    assert_int_equal(unit_file_count(scene->folder), 3);
    assert_true(update(driver, "a", "{\"y\":1}", true, &err));
    assert_int_equal(unit_file_count(scene->folder), 3);
    doc = json_doc_parse(STR("{\"x\":2}"), &err);
    assert_true(driver->fill(driver, lock, doc, true, &err));
    json_doc_free(doc);
    assert_int_equal(unit_file_count(scene->folder), 2);
    assert_x(driver, "a", 2);
    assert_true(driver->reserve(driver, lock, &err));
    driver->unlock(driver, lock);
    assert_int_equal(unit_file_count(scene->folder), 2);
}

/* Reserves, notes, and is gone without another word. */
static void note_and_die(const char *folder)
{
    struct store_driver *driver = open_driver(folder);
    struct store_lock *lock = NULL;
    struct err err;
    struct json_doc *doc = json_doc_parse(STR("{\"x\":2}"), &err);

    if (driver->lock(driver, "a", &lock, &err) != STORE_LOCKED ||
        !driver->reserve(driver, lock, &err))
        _exit(1);
    driver->note(driver, lock, doc);
    _exit(0);
}

static void what_was_noted_outlives_the_process(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;
    struct stat info;
    pid_t child;
    int status;

    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
    child = fork();
    if (child == 0)
        note_and_die(scene->folder);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_x(driver, "a", 1);
    driver->free(driver);
    scene->driver = open_driver(scene->folder);
    assert_x(scene->driver, "a", 2);
    assert_int_equal(stat(unit_path(scene->folder, "a.json"), &info), 0);
    assert_int_equal(info.st_size, sizeof("{\n  \"x\": 2\n}") - 1);
}

static void what_was_noted_and_saved_leaves_nothing(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct err err;
    struct json_doc *doc = json_doc_parse(STR("{\"x\":2}"), &err);

    assert_int_equal(driver->lock(driver, "a", &lock, &err), STORE_LOCKED);
    assert_true(driver->reserve(driver, lock, &err));
    driver->note(driver, lock, doc);
    assert_true(driver->fill(driver, lock, doc, false, &err));
    driver->unlock(driver, lock);
    json_doc_free(doc);
    assert_x(driver, "a", 2);
    /* The document and the file of the lock. */
    assert_int_equal(unit_file_count(scene->folder), 2);
}

/* ---- held by another ---------------------------------------------------- */

static void nothing_waits_for_the_folder(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct err err;
    int held = filelock_take(scene->folder, FILELOCK_FOLDER, &err);

    assert_true(held >= 0);
    assert_false(update(driver, "a", "{\"x\":1}", false, &err));
    assert_int_equal(err.code, ERR_BUSY);
    assert_false(driver->remove(driver, "a", &err));
    assert_int_equal(err.code, ERR_BUSY);
    filelock_release(held);
    assert_true(update(driver, "a", "{\"x\":1}", false, &err));
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(it_is_adopted_before_anybody_asks),
        SCENE(a_grant_that_nothing_replaced_is_kept_beside_it),
        SCENE(a_link_is_followed_and_stays),
        SCENE(a_link_is_touched_when_its_target_is_replaced),
        SCENE(a_link_that_leads_nowhere_is_not_replaced),
        SCENE(what_was_reserved_is_saved_on_a_full_disk),
        SCENE(room_is_kept_while_others_change_the_document),
        SCENE(what_was_noted_outlives_the_process),
        SCENE(what_was_noted_and_saved_leaves_nothing),
        SCENE(nothing_waits_for_the_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
