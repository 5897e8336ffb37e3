// SPDX-License-Identifier: MIT
/* Watched folders. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

struct scene {
    char *folder;
    struct loop *loop;
    struct loop_watch *watch;
    char names[1000]; /* in their order, once each if they repeat at once */
    char last[300];
    const char *until; /* the loop stops at this one */
    bool free_at_first;
};

static void changed(void *arg, const char *name)
{
    struct scene *scene = arg;

    name = name ? name : "NULL";
    if (strcmp(name, scene->last) != 0)
        (void)snprintf(scene->names + strlen(scene->names),
                       sizeof(scene->names) - strlen(scene->names), "%s ",
                       name);
    (void)snprintf(scene->last, sizeof(scene->last), "%s", name);
    if (scene->free_at_first) {
        loop_watch_free(scene->watch);
        scene->watch = NULL;
    }
    if (scene->free_at_first || strcmp(name, scene->until) == 0)
        loop_stop(scene->loop);
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->loop = loop_new();
    scene->until = "end";
    scene->watch =
        loop_watch_new(scene->loop, scene->folder, changed, scene, &err);
    *state = scene;
    return scene->watch ? 0 : -1;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    loop_watch_free(scene->watch);
    loop_free(scene->loop);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void run(struct scene *scene)
{
    unit_write(scene->folder, "end", "");
    loop_run(scene->loop);
}

static void it_says_which_entry_changed(void **state)
{
    struct scene *scene = *state;
    char *from;

    unit_write(scene->folder, "made", "x");
    unit_write(scene->folder, "other", "x");
    from = mem_strdup(unit_path(scene->folder, "made"));
    assert_int_equal(rename(from, unit_path(scene->folder, "renamed")), 0);
    assert_int_equal(unlink(unit_path(scene->folder, "other")), 0);
    assert_int_equal(chmod(unit_path(scene->folder, "renamed"), 0400), 0);
    run(scene);
    assert_string_equal(scene->names, "made other made renamed other renamed "
                                      "end ");
    mem_free(from);
}

/* A database lives there, and is written all the time. */
static void what_happens_in_a_folder_below_wakes_nobody(void **state)
{
    struct scene *scene = *state;
    char *inner = mem_strdup(unit_path(scene->folder, "db"));

    assert_int_equal(mkdir(inner, 0700), 0);
    unit_write(scene->folder, "made", "x");
    unit_write(inner, "relay.db", "x");
    unit_write(inner, "relay.db-wal", "x");
    assert_int_equal(unlink(unit_path(inner, "relay.db-wal")), 0);
    run(scene);
    assert_string_equal(scene->names, "db made end ");
    mem_free(inner);
}

static void a_file_that_is_still_being_written_says_nothing_new(void **state)
{
    struct scene *scene = *state;
    int fd = open(unit_path(scene->folder, "a"), O_WRONLY | O_CREAT, 0600);

    unit_write(scene->folder, "b", "x");
    assert_int_equal(write(fd, "x", 1), 1);
    run(scene);
    assert_string_equal(scene->names, "a b end ");
    assert_int_equal(close(fd), 0);
    scene->until = "a";
    loop_run(scene->loop);
    assert_string_equal(scene->names, "a b end a ");
}

static void a_folder_that_is_moved_has_no_name_for_it(void **state)
{
    struct scene *scene = *state;
    char *away = mem_strdup(scene->folder);

    away[strlen(away) - 1] ^= 1;
    assert_int_equal(rename(scene->folder, away), 0);
    scene->until = "NULL";
    loop_run(scene->loop);
    assert_string_equal(scene->names, "NULL ");
    assert_int_equal(rename(away, scene->folder), 0);
    mem_free(away);
}

static unsigned long queue_max(void)
{
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    char line[30] = "";

    if (file) {
        (void)!fgets(line, sizeof(line), file);
        (void)fclose(file);
    }
    return strtoul(line, NULL, 10);
}

/* More than one read() takes, and more than the kernel queues. */
static void what_was_lost_is_said_to_be_everything(void **state)
{
    struct scene *scene = *state;
    unsigned long max = queue_max();

    if (max == 0 || max > 100000)
        skip();
    /* Each of them is made, closed and removed. */
    for (unsigned long i = 0; i < max / 2; i++) {
        char name[30];

        (void)snprintf(name, sizeof(name), "n%lu", i % 2);
        unit_write(scene->folder, name, "");
        (void)unlink(unit_path(scene->folder, name));
    }
    scene->until = "NULL";
    loop_run(scene->loop);
    assert_string_equal(scene->last, "NULL");
}

static void it_may_be_freed_from_its_own_callback(void **state)
{
    struct scene *scene = *state;

    scene->free_at_first = true;
    unit_write(scene->folder, "a", "x");
    run(scene);
    assert_string_equal(scene->names, "a ");
}

static void a_missing_folder_cannot_be_watched(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_null(loop_watch_new(scene->loop, "/nonexistent/folder", changed,
                               scene, &err));
    unit_assert_part(err.text, "watch /nonexistent/folder: No such file");
    loop_watch_free(NULL);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(it_says_which_entry_changed),
        SCENE(what_happens_in_a_folder_below_wakes_nobody),
        SCENE(a_file_that_is_still_being_written_says_nothing_new),
        SCENE(a_folder_that_is_moved_has_no_name_for_it),
        SCENE(what_was_lost_is_said_to_be_everything),
        SCENE(it_may_be_freed_from_its_own_callback),
        SCENE(a_missing_folder_cannot_be_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
