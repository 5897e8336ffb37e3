// SPDX-License-Identifier: MIT
/* GET /metrics: in the form that is asked for, to its end. */
#include "admin/metrics_routes.h"

#include <stdio.h>

#include "accounts.h"
#include "admin/metrics_form.h"
#include "admin_scene.h"
#include "script_store.h"
#include "store/store.h"

static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/metrics", SCRAPE, metrics_routes_get),
};

static int open_scene(void **state)
{
    static struct config config;
    struct admin_scene *scene;

    (void)admin_scene_open(state, rows, COUNT_OF(rows));
    scene = *state;
    scene->callers.config = &config;
    scene->admin->options.accounts = accounts_new();
    scene->admin->options.store =
        store_over(script_store_driver(script_store_new()));
    return 0;
}

static int close_scene(void **state)
{
    struct admin_scene *scene = *state;
    struct accounts *accounts = scene->admin->options.accounts;
    struct store *store = scene->admin->options.store;

    (void)admin_scene_close(state);
    accounts_free(accounts);
    store_free(store);
    return 0;
}

static void ask(struct admin_scene *scene, const char *method,
                const char *accept, const char *answer)
{
    char bytes[256];

    (void)snprintf(bytes, sizeof(bytes),
                   "%s /metrics HTTP/1.1\r\nHost: h\r\nAccept: %s\r\n\r\n",
                   method, accept);
    admin_scene_reconnect(scene);
    admin_scene_ask(scene, bytes, answer);
}

#define END "\r\n0\r\n\r\n"

static void it_has_the_form_that_is_asked_for(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, "GET", "*/*", END);
    assert_int_equal(wire_count(&scene->client,
                                "content-type: " METRICS_TEXT_TYPE "\r\n"),
                     1);
    assert_int_equal(wire_count(&scene->client, "# EOF"), 0);
    ask(scene, "GET", "application/openmetrics-text", "# EOF\n" END);
    assert_int_equal(wire_count(&scene->client,
                                "content-type: " METRICS_OPEN_TYPE "\r\n"),
                     1);
}

static void it_has_all_from_first_to_last(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, "GET", "*/*", END);
    assert_int_equal(wire_count(&scene->client,
                                "\nclaude_relay_build_info{version="),
                     1);
    assert_int_equal(wire_count(&scene->client,
                                "\nprocess_start_time_seconds "),
                     1);
}

static void figures_are_of_now(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, "GET", "*/*", END);
    assert_int_equal(wire_count(&scene->client, "claude_relay_account_info{"),
                     0);
    accounts_put(scene->admin->options.accounts,
                 unit_account(&account_kind_apikey, "main",
                              "{\"api_key\":\"sk-ant-api03-x\"}"),
                 false);
    ask(scene, "GET", "*/*", END);
    assert_int_equal(wire_count(&scene->client,
                                "claude_relay_account_info{account="
                                "\"main\",kind=\"api-key\"} 1\n"),
                     1);
}

static void a_head_has_no_body(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, "HEAD", "*/*", "\r\n\r\n");
    assert_int_equal(wire_count(&scene->client, "claude_relay_"), 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_has_the_form_that_is_asked_for),
        TEST(it_has_all_from_first_to_last),
        TEST(figures_are_of_now),
        TEST(a_head_has_no_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
