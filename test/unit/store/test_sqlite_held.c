// SPDX-License-Identifier: MIT
/* A database whose path is made of a descriptor stays in the folder that is held. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "sql_scene.h"
#include "store/sqlite_held.h"

struct held_scene {
    char *outer;
    char *victim;
    char *inner;
    char path[64];
    int fd;
};

static int open_held(void **state)
{
    struct held_scene *scene = MEM_NEW(struct held_scene);

    scene->outer = unit_folder_new();
    scene->victim = unit_folder_new();
    scene->inner = mem_strdup(unit_path(scene->outer, "inner"));
    assert_int_equal(mkdir(scene->inner, 0700), 0);
    unit_write(scene->inner, "relay.db", "");
    unit_write(scene->victim, "relay.db", "");
    scene->fd = open(scene->inner, O_RDONLY | O_DIRECTORY);
    (void)snprintf(scene->path, sizeof(scene->path),
                   "/proc/self/fd/%d/relay.db", scene->fd);
    *state = scene;
    return 0;
}

static int close_held(void **state)
{
    struct held_scene *scene = *state;

    (void)close(scene->fd);
    unit_folder_free(scene->outer);
    unit_folder_free(scene->victim);
    mem_free(scene->inner);
    mem_free(scene);
    return 0;
}

static bool keep_name(void *arg, const struct sql_row *row)
{
    struct str name = sql_row_text(row, 2);

    (void)snprintf(arg, 4096, STR_FMT, STR_ARG(name));
    return false;
}

/* By which name SQLite opens what lies beside it, too. */
static void assert_called(struct sql *sql, const char *path)
{
    char name[4096] = "";
    struct sql_ask ask = { .text = "PRAGMA database_list",
                           .row = keep_name,
                           .arg = name };
    struct err err;

    assert_true(sql_query(sql, &ask, &err));
    assert_string_equal(name, path);
}

static void fill(const char *path)
{
    struct err err;
    struct sql *sql = sqlite_backend.open(path, SQL_WRITES, &err);

    assert_non_null(sql);
    assert_called(sql, path);
    assert_true(
        sqlite_backend.script(sql, "CREATE TABLE tea(hot INTEGER)", &err));
    sql_close(sql);
}

static off_t size_in(const char *folder)
{
    struct stat info;

    assert_int_equal(stat(unit_path(folder, "relay.db"), &info), 0);
    return info.st_size;
}

static void it_is_used_where_it_was_opened(void **state)
{
    struct held_scene *scene = *state;
    char *away = mem_strdup(unit_path(scene->outer, "away"));

    assert_int_equal(rename(scene->inner, away), 0);
    assert_int_equal(symlink(scene->victim, scene->inner), 0);
    fill(scene->path);
    assert_true(size_in(away) > 0);
    assert_int_equal(size_in(scene->victim), 0);
    assert_int_equal(unit_file_count(scene->victim), 1);
    mem_free(away);
}

/* What lies beside the link would be its journal. */
static void a_link_in_its_place_is_not_followed(void **state)
{
    struct held_scene *scene = *state;
    char *target;
    struct err err;

    assert_int_equal(unlink(unit_path(scene->inner, "relay.db")), 0);
    target = mem_strdup(unit_path(scene->victim, "relay.db"));
    assert_int_equal(symlink(target, unit_path(scene->inner, "relay.db")), 0);
    mem_free(target);
    assert_null(sqlite_backend.open(scene->path, SQL_WRITES, &err));
    assert_int_equal(size_in(scene->victim), 0);
}

static void other_paths_are_sqlites(void **state)
{
    struct held_scene *scene = *state;

    fill(unit_path(scene->inner, "relay.db"));
    assert_true(size_in(scene->inner) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_held, close_held)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_used_where_it_was_opened),
        TEST(a_link_in_its_place_is_not_followed),
        TEST(other_paths_are_sqlites),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
