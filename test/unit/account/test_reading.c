// SPDX-License-Identifier: MIT
/* What the store says of accounts. */
#include "account/reading.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/kinds.h"
#include "base/mem.h"
#include "store/embedded.h"
#include "unit.h"

#define OAUTH(token)                                                           \
    "{\"access_token\":\"" token "\",\"expires_at\":\"2099-01-01T00:00:00Z\"}"
#define APIKEY "{\"api_key\":\"sk-ant-api03-key\"}"

struct scene {
    char *path;
    struct store_driver *driver;
    struct readings readings;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->path = unit_folder_new();
    scene->driver = embedded_open(scene->path, NULL, &err);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    readings_done(&scene->readings);
    scene->driver->free(scene->driver);
    unit_folder_free(scene->path);
    mem_free(scene);
    return 0;
}

static void read_all(struct scene *scene)
{
    struct err err;

    readings_done(&scene->readings);
    assert_true(readings_add_all(&scene->readings, scene->driver, &err));
}

static void account_files_are_found(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_b.json", OAUTH("t"));
    unit_write(scene->path, "apikey_a@x.y.json", APIKEY);
    read_all(scene);
    assert_int_equal(scene->readings.count, 2);
    assert_string_equal(scene->readings.at[0].name, "a@x.y");
    assert_ptr_equal(scene->readings.at[0].kind, &account_kind_apikey);
    assert_int_equal(scene->readings.at[0].state, READING_FOUND);
    assert_string_equal(scene->readings.at[1].account->name, "b");
}

static void other_files_are_not_touched(void **state)
{
    static const char *const names[] = {
        "pkce_00ff.json", "oauth_.json",         "oauth_..json",
        "oauth_.x.json",  "oauth_a b.json",      "oauth_a.json.bak",
        "oauth_a.jso",    ".oauth_a.json.tmp",   "OAUTH_a.json",
        "xoauth_a.json",  "admin_token",         "oauth_",
        ".json",          "oauth_\xc3\xa9.json",
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        unit_write(scene->path, names[i], OAUTH("t"));
    assert_int_equal(mkdir(unit_path(scene->path, "sub"), 0700), 0);
    read_all(scene);
    assert_int_equal(scene->readings.count, 0);
    readings_add(&scene->readings, scene->driver, "pkce_00ff");
    assert_int_equal(scene->readings.count, 0);
}

static void a_file_that_cannot_be_used_says_why(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } files[] = {
        { "{\"access_token\":\"canary", "oauth_a.json: not valid JSON" },
        { "[]", "not a JSON object" },
        { "{}", "access_token" },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const struct reading *reading = NULL;

        unit_write(scene->path, "oauth_a.json", files[i].text);
        read_all(scene);
        reading = &scene->readings.at[0];
        assert_int_equal(reading->state, READING_FOUND);
        unit_assert_part(reading->account->problem, files[i].why);
        assert_null(strstr(reading->account->problem, "canary"));
    }
}

static void what_is_not_there_was_removed_or_is_away(void **state)
{
    struct scene *scene = *state;
    struct err err;

    unit_write(scene->path, "oauth_a.json", OAUTH("t"));
    unit_write(scene->path, "oauth_b.json", OAUTH("t"));
    assert_int_equal(unlink(unit_path(scene->path, "oauth_a.json")), 0);
    assert_true(scene->driver->remove(scene->driver, "oauth_b", &err));
    readings_add(&scene->readings, scene->driver, "oauth_a");
    readings_add(&scene->readings, scene->driver, "oauth_b");
    assert_int_equal(scene->readings.at[0].state, READING_AWAY);
    assert_int_equal(scene->readings.at[1].state, READING_REMOVED);
    assert_null(scene->readings.at[1].account);
}

static void nothing_is_read_twice(void **state)
{
    struct scene *scene = *state;
    char name[40];

    for (int i = 0; i < 9; i++) {
        (void)snprintf(name, sizeof(name), "oauth_%d.json", i);
        unit_write(scene->path, name, OAUTH("t"));
    }
    read_all(scene);
    for (int i = 0; i < 9; i++) {
        (void)snprintf(name, sizeof(name), "oauth_%d", i);
        readings_add(&scene->readings, scene->driver, name);
        (void)snprintf(name, sizeof(name), "apikey_%d", i);
        readings_add(&scene->readings, scene->driver, name);
        readings_add(&scene->readings, scene->driver, name);
    }
    assert_int_equal(scene->readings.count, 18);
}

static void a_store_that_cannot_be_listed_is_an_error(void **state)
{
    struct scene *scene = *state;
    char *away = mem_strdup(scene->path);
    struct err err;

    away[strlen(away) - 1] ^= 1;
    assert_int_equal(rename(scene->path, away), 0);
    assert_false(readings_add_all(&scene->readings, scene->driver, &err));
    unit_assert_part(err.text, "open the folder");
    assert_int_equal(rename(away, scene->path), 0);
    mem_free(away);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(account_files_are_found),
        SCENE(other_files_are_not_touched),
        SCENE(a_file_that_cannot_be_used_says_why),
        SCENE(what_is_not_there_was_removed_or_is_away),
        SCENE(nothing_is_read_twice),
        SCENE(a_store_that_cannot_be_listed_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
