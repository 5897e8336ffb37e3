// SPDX-License-Identifier: MIT
/* Options as they are in force. */
#include "config/setting.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/values.h"
#include "unit.h"

/* Of a file, unless they begin with '+': then of the environment. */
static struct config_value look_up(void *arg, const char *name)
{
    const char *const *variables = arg;
    size_t len = strlen(name);

    for (size_t i = 0; variables[i]; i++) {
        bool outside = variables[i][0] == '+';
        const char *text = variables[i] + outside;

        if (strncmp(text, name, len) == 0 && text[len] == '=')
            return (struct config_value){ text + len + 1,
                                          outside ? NULL : ".env", i + 1 };
    }
    return (struct config_value){ 0 };
}

struct scene {
    struct arena *arena;
    struct config config;
};

static int begin(void **state)
{
    const char *variables[] = { "WORKERS=3",
                                "+LOG_LEVEL=warn",
                                "ADMIN_TOKEN=CANARY-CANARY-CANARY",
                                "GLOBAL_PROXY_ENABLED=true",
                                "GLOBAL_PROXY_TYPE=http",
                                "GLOBAL_PROXY_HOST=proxy.example",
                                "GLOBAL_PROXY_PORT=8080",
                                "GLOBAL_PROXY_USERNAME=CANARY",
                                "GLOBAL_PROXY_PASSWORD=CANARY",
                                "NOTIFY_URL=https://hooks.example/CANARY",
                                "OAUTH_AUTHORIZE_URL=https://a.example/?CANARY",
                                NULL };
    struct scene *scene = MEM_NEW(struct scene);
    struct problems problems;

    scene->arena = arena_new();
    problems_init(&problems);
    if (!config_load(&scene->config, scene->arena, look_up, variables,
                     &problems))
        fail_msg(STR_FMT, STR_ARG(buf_str(&problems.lines)));
    problems_done(&problems);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    arena_free(scene->arena);
    mem_free(scene);
    return 0;
}

/* Its text lies in it: it is never copied. */
static void at(void **state, enum config_option_number number,
               struct config_setting *setting)
{
    const struct scene *scene = *state;

    config_setting_of(&scene->config, number, setting);
}

static void each_says_where_it_is_from(void **state)
{
    struct config_setting setting;
    struct scene *scene = *state;

    at(state, CONFIG_AT_WORKERS, &setting);
    assert_string_equal(setting.name, "WORKERS");
    unit_assert_str(setting.value, "3");
    unit_assert_str(setting.standard, "0");
    assert_int_equal(setting.origin, CONFIG_BY_FILE);
    assert_string_equal(setting.file, ".env");
    assert_int_equal(setting.line, 1);
    at(state, CONFIG_AT_LOG_LEVEL, &setting);
    unit_assert_str(setting.value, "warn");
    assert_int_equal(setting.origin, CONFIG_BY_ENVIRONMENT);
    at(state, CONFIG_AT_PORT, &setting);
    unit_assert_str(setting.value, "3000");
    assert_int_equal(setting.origin, CONFIG_BY_DEFAULT);
    config_set_argument(&scene->config, CONFIG_AT_PORT, STR("3001"));
    at(state, CONFIG_AT_PORT, &setting);
    unit_assert_str(setting.value, "3001");
    assert_string_equal(config_origin_word(setting.origin), "argument");
    at(state, CONFIG_AT_UPSTREAM_CA_FILE, &setting);
    assert_false(setting.is_set);
    assert_int_equal(setting.value.len, 0);
}

static void of_a_secret_there_is_only_its_length(void **state)
{
    struct config_setting setting;

    at(state, CONFIG_AT_ADMIN_TOKEN, &setting);
    assert_true(setting.is_secret && setting.is_set);
    assert_int_equal(setting.length, 20);
    at(state, CONFIG_AT_RELAY_SECRET, &setting);
    assert_true(setting.is_secret && !setting.is_set);
    for (size_t i = 0; i < CONFIG_OPTIONS; i++) {
        at(state, (enum config_option_number)i, &setting);
        if (setting.value.len > 0)
            assert_false(str_contains(setting.value, STR("CANARY")));
    }
}

/* What is shown as it was written is of a kind that holds no secret, or one that was
   looked at: whoever adds a text has to say which. */
static void texts_of_any_kind_were_looked_at(void **state)
{
    static const char *const known[] = {
        "CLAUDE_API_URL",     "OAUTH_TOKEN_URL", "OAUTH_AUTHORIZE_URL",
        "OAUTH_REDIRECT_URI", "TRUSTED_PROXIES", "TIME_ZONE"
    };
    static const struct {
        const char *name;
        enum config_kind kind;
    } all[] = {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    { #name, CONFIG_##kind },
#include "config/options.def"
#undef OPTION
    };

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct config_setting setting;
        bool looked_at;

        at(state, (enum config_option_number)i, &setting);
        looked_at = setting.is_secret ||
                    (all[i].kind != CONFIG_TEXT && all[i].kind != CONFIG_LINK);
        for (size_t k = 0; k < COUNT_OF(known); k++)
            looked_at = looked_at || strcmp(known[k], all[i].name) == 0;
        if (!looked_at)
            fail_msg("%s", all[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_says_where_it_is_from, begin, end),
        cmocka_unit_test_setup_teardown(of_a_secret_there_is_only_its_length,
                                        begin, end),
        cmocka_unit_test_setup_teardown(texts_of_any_kind_were_looked_at, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
