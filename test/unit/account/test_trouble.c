// SPDX-License-Identifier: MIT
/* What kept a refresh from going on, looked into again over a scripted store. */
#include "account/trouble.h"

#include "base/mem.h"
#include "script_store.h"
#include "unit.h"

#define KEY "oauth_main"
#define DOC                                                                    \
    "{\"access_token\":\"at\",\"refresh_token\":\"rt\",\"expires_at\":"        \
    "\"2099-01-01T00:00:00Z\"}"

struct scene {
    struct script_store *script;
    struct store_driver *driver;
    struct accounts *accounts;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct account *account;
    struct err err;

    scene->script = script_store_new();
    scene->driver = script_store_driver(scene->script);
    script_store_put(scene->script, KEY, DOC);
    scene->accounts = accounts_new();
    assert_true(accounts_load(scene->accounts, scene->driver, &err));
    account = accounts_get(scene->accounts, STR("main"));
    accounts_put(scene->accounts, account_with_refresh_problem(account, "no"),
                 false);
    account_unref(account);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(script_store_locks(scene->script), 0);
    accounts_free(scene->accounts);
    scene->driver->free(scene->driver);
    mem_free(scene);
    return 0;
}

static void assert_trouble(struct scene *scene, const char *want)
{
    struct account *account = accounts_get(scene->accounts, STR("main"));

    assert_string_equal(account->refresh_problem, want);
    account_unref(account);
}

static void look(struct scene *scene)
{
    struct troubles troubles;

    troubles_gather(&troubles, scene->accounts);
    troubles_try(&troubles, scene->driver);
    troubles_show(&troubles, scene->accounts);
    troubles_done(&troubles);
}

static void it_is_over_when_a_refresh_could_go_on(void **state)
{
    struct scene *scene = *state;

    look(scene);
    assert_trouble(scene, "");
    assert_int_equal(script_store_count(scene->script, SCRIPT_WRITE), 0);
}

static void it_stays_while_any_step_fails(void **state)
{
    static const struct {
        enum script_op op;
        enum err_code code;
    } steps[] = { { SCRIPT_LOCK, ERR_IO },
                  { SCRIPT_LOCK, ERR_BUSY },
                  { SCRIPT_READ, ERR_BROKEN },
                  { SCRIPT_RESERVE, ERR_IO } };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        script_store_fail(scene->script, steps[i].op, steps[i].code, 1);
        look(scene);
        assert_trouble(scene, "no");
    }
}

static void it_stays_while_the_document_is_of_no_use(void **state)
{
    struct scene *scene = *state;

    script_store_put(scene->script, KEY, "{\"access_token\":5}");
    look(scene);
    assert_trouble(scene, "no");
    script_store_take_away(scene->script, KEY, false);
    look(scene);
    assert_trouble(scene, "no");
    script_store_put(scene->script, KEY, DOC);
    look(scene);
    assert_trouble(scene, "");
}

static void accounts_without_trouble_are_left_alone(void **state)
{
    struct scene *scene = *state;
    unsigned locks;

    look(scene);
    locks = script_store_count(scene->script, SCRIPT_LOCK);
    look(scene);
    assert_int_equal(script_store_count(scene->script, SCRIPT_LOCK), locks);
}

/* A refresh was kept back by something else meanwhile. */
static void what_came_meanwhile_stays(void **state)
{
    struct scene *scene = *state;
    struct troubles troubles;
    struct account *account;

    troubles_gather(&troubles, scene->accounts);
    troubles_try(&troubles, scene->driver);
    account = accounts_get(scene->accounts, STR("main"));
    accounts_put(scene->accounts,
                 account_with_refresh_problem(account, "other"), false);
    account_unref(account);
    troubles_show(&troubles, scene->accounts);
    troubles_done(&troubles);
    assert_trouble(scene, "other");
}

/* The grant of "rt". */
#define GRANT "cdffd5dd8ca8126c"

/* No lock, file or room brings it back. */
static void what_another_account_has_stays(void **state)
{
    struct scene *scene = *state;
    struct err err;

    script_store_put(scene->script, "oauth_other",
                     "{\"access_token\":\"at\",\"refresh_token\":\"new\","
                     "\"expires_at\":\"2099-01-01T00:00:00Z\","
                     "\"replaced\":[\"" GRANT "\"]}");
    assert_true(accounts_load(scene->accounts, scene->driver, &err));
    look(scene);
    assert_trouble(scene, "no");
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(it_is_over_when_a_refresh_could_go_on),
        SCENE(it_stays_while_any_step_fails),
        SCENE(it_stays_while_the_document_is_of_no_use),
        SCENE(accounts_without_trouble_are_left_alone),
        SCENE(what_came_meanwhile_stays),
        SCENE(what_another_account_has_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
