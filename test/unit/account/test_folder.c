// SPDX-License-Identifier: MIT
/* The account files of a data folder. */
#include "account/folder.h"

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
    struct folder before;
    struct folder now;
    char *log; /* of the last read_again() */
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

    folder_done(&scene->before);
    folder_done(&scene->now);
    scene->driver->free(scene->driver);
    unit_folder_free(scene->path);
    mem_free(scene->log);
    mem_free(scene);
    return 0;
}

static void read_again(struct scene *scene)
{
    struct unit_capture capture;
    struct err err;
    bool ok;

    folder_done(&scene->before);
    scene->before = scene->now;
    mem_free(scene->log);
    capture = unit_capture_begin(2);
    ok = folder_read(scene->driver, &scene->before, &scene->now, &err);
    scene->log = unit_capture_end(&capture);
    assert_true(ok);
}

static const struct account *only(const struct scene *scene)
{
    assert_int_equal(scene->now.count, 1);
    return scene->now.at[0].account;
}

static void account_files_are_found_and_sorted(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_b.json", OAUTH("t"));
    unit_write(scene->path, "apikey_a@x.y.json", APIKEY);
    unit_write(scene->path, "oauth_C.json", OAUTH("t"));
    read_again(scene);
    assert_int_equal(scene->now.count, 3);
    assert_string_equal(scene->now.at[0].account->name, "C");
    assert_string_equal(scene->now.at[1].account->name, "a@x.y");
    assert_ptr_equal(scene->now.at[1].account->kind, &account_kind_apikey);
    assert_string_equal(scene->now.at[2].account->name, "b");
    assert_string_equal(scene->log, "");
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
    read_again(scene);
    assert_int_equal(scene->now.count, 0);
    assert_string_equal(scene->log, "");
}

static void a_file_broken_from_the_start_is_an_account_with_a_problem(
    void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_a.json", "{\"access_token\":\"canary");
    read_again(scene);
    unit_assert_part(only(scene)->problem, "not valid JSON");
    unit_assert_part(scene->log, "oauth_a.json: not valid JSON");
    assert_null(strstr(scene->log, "canary"));
}

static void a_good_snapshot_outlives_a_broken_file(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_a.json", OAUTH("one"));
    read_again(scene);
    unit_write(scene->path, "oauth_a.json", "{");
    read_again(scene);
    unit_assert_str(secret_reveal(only(scene)->token), "one");
    assert_string_equal(only(scene)->problem, "");
    unit_assert_part(scene->log, "last good version stays in use");
    unit_write(scene->path, "oauth_a.json", OAUTH("two"));
    read_again(scene);
    unit_assert_str(secret_reveal(only(scene)->token), "two");
    assert_string_equal(scene->log, "");
}

static void a_complaint_is_logged_once(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_a.json", "{");
    unit_write(scene->path, "oauth_b.json", OAUTH("t"));
    read_again(scene);
    assert_string_not_equal(scene->log, "");
    unit_write(scene->path, "oauth_b.json", "[]");
    read_again(scene);
    unit_assert_part(scene->log, "account b cannot be used");
    assert_null(strstr(scene->log, "account a "));
    read_again(scene);
    assert_string_equal(scene->log, "");
    unit_write(scene->path, "oauth_a.json", "{}");
    read_again(scene);
    unit_assert_part(scene->log, "account a cannot be used: access_token");
}

static void a_path_that_is_no_file_is_a_problem(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(mkdir(unit_path(scene->path, "oauth_a.json"), 0700), 0);
    read_again(scene);
    unit_assert_part(only(scene)->problem, "not a regular file");
}

static void an_account_whose_file_is_gone_disappears(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "oauth_a.json", OAUTH("t"));
    read_again(scene);
    assert_int_equal(unlink(unit_path(scene->path, "oauth_a.json")), 0);
    read_again(scene);
    assert_int_equal(scene->now.count, 0);
}

static void of_two_kinds_with_one_name_the_first_counts(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "apikey_a.json", APIKEY);
    unit_write(scene->path, "oauth_a.json", OAUTH("t"));
    read_again(scene);
    assert_ptr_equal(only(scene)->kind, account_kinds[0]);
    unit_assert_part(scene->log, "two files are called a");
    read_again(scene);
    assert_string_equal(scene->log, "");
}

static void a_store_that_cannot_be_read_is_an_error(void **state)
{
    struct scene *scene = *state;
    char *away = mem_strdup(scene->path);
    struct err err;

    away[strlen(away) - 1] ^= 1;
    assert_int_equal(rename(scene->path, away), 0);
    assert_false(folder_read(scene->driver, &scene->before, &scene->now, &err));
    unit_assert_part(err.text, "open the folder");
    assert_int_equal(scene->now.count, 0);
    assert_int_equal(rename(away, scene->path), 0);
    mem_free(away);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(account_files_are_found_and_sorted),
        SCENE(other_files_are_not_touched),
        SCENE(a_file_broken_from_the_start_is_an_account_with_a_problem),
        SCENE(a_good_snapshot_outlives_a_broken_file),
        SCENE(a_complaint_is_logged_once),
        SCENE(a_path_that_is_no_file_is_a_problem),
        SCENE(an_account_whose_file_is_gone_disappears),
        SCENE(of_two_kinds_with_one_name_the_first_counts),
        SCENE(a_store_that_cannot_be_read_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
