// SPDX-License-Identifier: MIT
/* Where the values of options come from. */
#include "config/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "unit.h"

struct scene {
    struct arena *arena;
    struct dotenv file;
};

static void parse(struct scene *scene, const char *text)
{
    struct problems problems;

    scene->arena = arena_new();
    problems_init(&problems);
    dotenv_parse(&scene->file, scene->arena, ".env", str_of(text), &problems);
    assert_int_equal(problems.count, 0);
    problems_done(&problems);
}

static void the_environment_wins_over_the_file(void **state)
{
    struct config_value value;
    struct scene scene;

    (void)state;
    parse(&scene, "LOG_LEVEL=debug\nUNIT_X=file\nUNIT_Y=y\n");
    assert_int_equal(setenv("UNIT_X", "environment", 1), 0);
    value = config_from_environment(&scene.file, "UNIT_X");
    assert_string_equal(value.text, "environment");
    assert_null(value.file);
    value = config_from_environment(&scene.file, "UNIT_Y");
    assert_string_equal(value.text, "y");
    assert_string_equal(value.file, ".env");
    assert_int_equal(value.line, 3);
    assert_null(config_from_environment(&scene.file, "UNIT_Z").text);
    assert_null(config_from_environment(NULL, "UNIT_Y").text);
    assert_int_equal(setenv("UNIT_X", "", 1), 0);
    assert_string_equal(config_from_environment(&scene.file, "UNIT_X").text,
                        "");
    assert_int_equal(unsetenv("UNIT_X"), 0);
    arena_free(scene.arena);
}

static void a_misspelt_option_in_the_file_is_found(void **state)
{
    const struct dotenv_item *item;
    struct scene scene;
    size_t next = 0;

    (void)state;
    parse(&scene, "PORT=1\nLOG_LEVLE=x\nOTHER=1\nLOG=1\n"
                  "CLAUDE_TIMEOUT=1s\nGLOBAL_PROXY_HOSTS=x\n");
    item = config_find_stranger(&scene.file, &next);
    assert_string_equal(item->name, "LOG_LEVLE");
    assert_int_equal(item->line, 2);
    item = config_find_stranger(&scene.file, &next);
    assert_string_equal(item->name, "GLOBAL_PROXY_HOSTS");
    assert_null(config_find_stranger(&scene.file, &next));
    arena_free(scene.arena);
}

static void a_secret_in_the_file_is_found(void **state)
{
    struct scene scene;

    (void)state;
    parse(&scene, "PORT=1\nRELAY_SECRET=\n");
    assert_null(config_find_secret(&scene.file));
    arena_free(scene.arena);
    parse(&scene, "PORT=1\nADMIN_TOKEN=x\n");
    assert_string_equal(config_find_secret(&scene.file), "ADMIN_TOKEN");
    arena_free(scene.arena);
}

static const struct {
    const char *name;
    const char *value;
    bool kept;
} variables[] = {
    { "RELAY_SECRET", "canary", false },
    { "ADMIN_TOKEN", "canary", false },
    { "GLOBAL_PROXY_PASSWORD", "canary", false },
    { "GLOBAL_PROXY_PASSWROD", "canary", false },
    { "ANTHROPIC_API_KEY", "sk-ant-api03-canary", false },
    { "https_proxy", "http://u:canary@h:1", false },
    { "GLOBAL_PROXY_USERNAME", "kept", true },
    { "UNIT_OTHER", "kept", true },
    { "PORT", "1", true },
    { "UNIT_EMPTY", "", true },
};

/* In place, where /proc/PID/environ reads it. */
static void what_may_be_secret_is_overwritten(void **state)
{
    char copies[COUNT_OF(variables)][80];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        (void)snprintf(copies[i], sizeof(copies[i]), "%s=%s", variables[i].name,
                       variables[i].value);
        assert_int_equal(putenv(copies[i]), 0);
    }
    config_forget_secrets();
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        size_t name_len = strlen(variables[i].name);

        assert_string_equal(copies[i] + name_len + 1,
                            variables[i].kept ? variables[i].value : "");
        for (size_t k = 0; !variables[i].kept && k < 6; k++)
            assert_int_equal(copies[i][name_len + 1 + k], 0);
        assert_int_equal(unsetenv(variables[i].name), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(a_misspelt_option_in_the_file_is_found),
        cmocka_unit_test(a_secret_in_the_file_is_found),
        cmocka_unit_test(what_may_be_secret_is_overwritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
