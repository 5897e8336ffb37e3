// SPDX-License-Identifier: MIT
/* Reading what an import is made of. */
#include "app/import_read.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define CLAUDE "{\"type\":\"claude\",\"access_token\":\"sk-ant-oat01-CANARY\"}"
#define LOGIN "{\"claudeAiOauth\":{\"accessToken\":\"sk-ant-oat01-CANARY\"}}"

struct scene {
    char *folder;
    struct import_list list;
    struct import_reading reading;
    struct err err;
};

static int set_up(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .folder = unit_folder_new() };
    scene.reading.list = &scene.list;
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    import_list_done(&scene->list);
    unit_folder_free(scene->folder);
    return 0;
}

static bool read_path(struct scene *scene, const char *path)
{
    return import_read(&scene->reading, path, &scene->err);
}

static void a_folder_is_read_in_order_whatever_is_in_it(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "claude-b.json", CLAUDE);
    unit_write(scene->folder, "claude-a.json", CLAUDE);
    unit_write(scene->folder, "claude-c.json", "{\"CANARY");
    unit_write(scene->folder, "codex-d.json", "{\"type\":\"codex\"}");
    unit_write(scene->folder, "e.json", "{}");
    unit_write(scene->folder, "config.yaml", "x");
    scene->reading.format = &import_cliproxyapi;
    assert_true(read_path(scene, scene->folder));
    assert_int_equal(scene->list.count, 5);
    assert_string_equal(scene->list.at[0].there, "a");
    assert_string_equal(scene->list.at[1].there, "b");
    assert_string_equal(scene->list.at[2].there, "claude-c.json");
    unit_assert_part(scene->list.at[2].why_not.text, "not valid JSON (line 1");
    assert_true(scene->list.at[3].foreign);
    unit_assert_part(scene->list.at[4].why_not.text, "type is missing");
    assert_false(scene->list.at[4].foreign);
}

static void a_folder_without_any_says_so(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "config.yaml", "x");
    scene->reading.format = &import_cliproxyapi;
    assert_false(read_path(scene, scene->folder));
    unit_assert_part(scene->err.text, "there is no *.json in the folder");
}

static void a_folder_with_too_many_says_so(void **state)
{
    struct scene *scene = *state;
    char name[32];

    for (size_t i = 0; i <= IMPORT_MAX; i++) {
        (void)snprintf(name, sizeof(name), "claude-%zu.json", i);
        unit_write(scene->folder, name, "");
    }
    scene->reading.format = &import_cliproxyapi;
    assert_false(read_path(scene, scene->folder));
    unit_assert_part(scene->err.text,
                     "there are more than 10000 *.json in the");
    assert_int_equal(scene->list.count, 0);
}

/* In files that are none of them too long. */
static void so_does_one_with_too_many_accounts(void **state)
{
    struct scene *scene = *state;
    struct buf text;

    buf_init(&text, 1000000);
    buf_add(&text, STR("{\"claudeAccounts\":[{}"));
    for (size_t i = 1; i < IMPORT_MAX - 1; i++)
        buf_add(&text, STR(",{}"));
    buf_add(&text, STR("]}"));
    assert_true(buf_append(&text, (struct str){ "", 1 }));
    unit_write(scene->folder, "a.json", buf_str(&text).at);
    buf_done(&text);
    unit_write(scene->folder, "b.json", "{\"claudeAccounts\":[{}]}");
    scene->reading.format = &import_crs;
    assert_true(read_path(scene, scene->folder));
    assert_int_equal(scene->list.count, IMPORT_MAX);
    unit_write(scene->folder, "c.json", "{\"claudeAccounts\":{}}");
    import_list_done(&scene->list);
    assert_false(read_path(scene, scene->folder));
    unit_assert_part(scene->err.text, "there are more than 10000 accounts");
}

/* What stands in front of it is no less an account. */
static void a_file_that_is_broken_later_says_so_itself(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "a.json",
               "{\"claudeAccounts\":[{\"name\":\"x\"}],"
               "\"claudeConsoleAccounts\":5}");
    scene->reading.format = &import_crs;
    assert_true(read_path(scene, scene->folder));
    assert_int_equal(scene->list.count, 2);
    assert_string_equal(scene->list.at[0].there, "x");
    assert_null(strstr(scene->list.at[0].why_not.text, "not a list"));
    assert_string_equal(scene->list.at[1].there, "a.json");
    unit_assert_part(scene->list.at[1].why_not.text,
                     "data.claudeConsoleAccounts is not a list");
}

static void what_it_is_is_guessed_as_before(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json", "{}");
    unit_write(scene->folder, "pkce_b.json", "{}");
    unit_write(scene->folder, "login.json", LOGIN);
    assert_true(read_path(scene, scene->folder));
    assert_ptr_equal(scene->reading.format, &import_seed);
    assert_int_equal(scene->list.count, 1);
    scene->reading.format = NULL;
    assert_true(read_path(scene, unit_path(scene->folder, "login.json")));
    assert_ptr_equal(scene->reading.format, &import_claude_code);
    assert_int_equal(scene->list.count, 2);
}

static void a_file_that_is_something_else_is_named(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "x.json", "{\"other\":\"CANARY\"}");
    assert_false(read_path(scene, unit_path(scene->folder, "x.json")));
    unit_assert_part(scene->err.text,
                     "x.json: say with --from what it is: it does not look "
                     "like an export of a known format");
    scene->reading.format = &import_crs;
    assert_false(read_path(scene, unit_path(scene->folder, "x.json")));
    unit_assert_part(scene->err.text, "x.json: data.claudeAccounts is missing");
    assert_false(read_path(scene, unit_path(scene->folder, "none")));
    unit_assert_part(scene->err.text, "look at");
    assert_null(strstr(scene->err.text, "CANARY"));
}

/* Of which an end is given back by end_input(). */
static int begin_input(const struct scene *scene, const char *text)
{
    int saved = dup(STDIN_FILENO);

    unit_write(scene->folder, "input", text);
    assert_non_null(freopen(unit_path(scene->folder, "input"), "re", stdin));
    return saved;
}

static void end_input(int saved)
{
    assert_true(dup2(saved, STDIN_FILENO) >= 0);
    (void)close(saved);
}

static void what_it_is_shows_by_itself(void **state)
{
    struct scene *scene = *state;
    int saved = begin_input(scene, CLAUDE);

    assert_true(read_path(scene, "-"));
    assert_ptr_equal(scene->reading.format, &import_cliproxyapi);
    end_input(saved);
    scene->reading.format = NULL;
    unit_write(scene->folder, "x.json", "{\"accounts\":[{}]}");
    assert_true(read_path(scene, unit_path(scene->folder, "x.json")));
    assert_ptr_equal(scene->reading.format, &import_sub2api);
    assert_int_equal(scene->list.count, 2);
}

static void standard_input_is_read(void **state)
{
    struct scene *scene = *state;
    int saved = begin_input(scene, CLAUDE);

    scene->reading.format = &import_cliproxyapi;
    assert_true(read_path(scene, "-"));
    assert_int_equal(scene->list.count, 1);
    assert_string_equal(scene->list.at[0].there, "");
    assert_false(read_path(scene, "-"));
    unit_assert_part(scene->err.text, "standard input: not valid JSON");
    end_input(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_folder_is_read_in_order_whatever_is_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_without_any_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folder_with_too_many_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(so_does_one_with_too_many_accounts,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_broken_later_says_so_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_it_is_is_guessed_as_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_something_else_is_named,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_it_is_shows_by_itself, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(standard_input_is_read, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
