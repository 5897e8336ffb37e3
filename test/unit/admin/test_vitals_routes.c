// SPDX-License-Identifier: MIT
/* The operator pauses an account, ends that, and clears what answers taught. */
#include "admin/vitals_routes.h"

#include <string.h>

#include "account/vitals.h"
#include "accounts.h"
#include "admin_scene.h"
#include "base/clock.h"
#include "base/mem.h"
#include "script_sql.h"

static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/a/:name/pause", MANAGE, vitals_routes_pause),
    ADMIN_ROW("POST", "/a/:name/resume", MANAGE, vitals_routes_resume),
    ADMIN_ROW("POST", "/a/:name/clear", MANAGE, vitals_routes_clear),
};

/* Where it is written first. */
static char *folder;
static struct records *records;

static int open_scene(void **state)
{
    static struct config config;
    struct admin_scene *scene;
    struct accounts *accounts = accounts_new();

    (void)admin_scene_open(state, rows, COUNT_OF(rows));
    scene = *state;
    scene->callers.config = &config;
    scene->admin->options.accounts = accounts;
    folder = unit_folder_new();
    records = script_sql_records(folder);
    scene->admin->options.records = records;
    accounts_put(accounts,
                 unit_account(&account_kind_apikey, "one",
                              "{\"api_key\":\"sk-ant-api03-x\"}"),
                 false);
    return 0;
}

static int close_scene(void **state)
{
    struct admin_scene *scene = *state;
    struct accounts *accounts = scene->admin->options.accounts;

    records_stop(records);
    (void)admin_scene_close(state);
    records_free(records);
    accounts_free(accounts);
    unit_folder_free(folder);
    return 0;
}

static void ask(struct admin_scene *scene, const char *path, const char *body,
                const char *answer)
{
    struct arena *arena = arena_new();
    struct str bytes = arena_printf(arena,
                                    "POST /a/%s HTTP/1.1\r\nHost: h\r\n"
                                    "Content-Length: %zu\r\n\r\n%s",
                                    path, strlen(body), body);

    admin_scene_reconnect(scene);
    admin_scene_ask(scene, bytes.at, answer);
    arena_free(arena);
}

static struct health_view view(const struct admin_scene *scene)
{
    static const struct health_file fine;
    struct account *account =
        accounts_get(scene->admin->options.accounts, STR("one"));
    struct health_view view =
        vitals_view(account->vitals, &fine, STR_EMPTY, clock_wall_ms());

    account_unref(account);
    return view;
}

static void a_pause_has_an_end_and_a_reason(void **state)
{
    struct admin_scene *scene = *state;
    uint64_t now_ms = clock_wall_ms();

    ask(scene, "one/pause", "{\"for\":\"2h\",\"note\":\"tea time\"}",
        "\"why\":\"tea time\"");
    assert_int_equal(view(scene).state, HEALTH_PAUSED);
    assert_true(view(scene).until_ms >= now_ms + 7200000 &&
                view(scene).until_ms <= clock_wall_ms() + 7200000);
    ask(scene, "one/resume", "", "\"state\":\"ready\"");
    assert_int_equal(view(scene).state, HEALTH_READY);
    ask(scene, "one/pause", "{\"until\":\"2999-01-01T00:00:00Z\"}", "400 ");
    ask(scene, "one/pause", "{\"for\":\"1h\"}",
        "\"why\":\"paused by the operator\"");
    ask(scene, "one/resume", "{}", "\"until\":null");
}

static const char *const wrong[][2] = {
    { "{}", "a pause has an end" },
    { "{\"for\":\"soon\"}", "a pause has an end" },
    { "{\"for\":\"0s\"}", "a pause has an end" },
    { "{\"for\":\"400d\"}", "a pause has an end" },
    { "{\"until\":\"2020-01-01T00:00:00Z\"}", "a pause has an end" },
    { "{\"until\":\"tomorrow\"}", "a pause has an end" },
    { "{\"for\":\"1h\",\"until\":\"2026-12-31T00:00:00Z\"}",
      "a pause has an end" },
    { "{\"for\":\"1h\",\"note\":\"\"}", "note must be one line" },
    { "{\"for\":\"1h\",\"note\":\"sk-ant-api03-0123456789abcdef\"}",
      "note must be one line" },
    { "{\"for\":\"1h\",\"note\":\"a\\u001b[2J\"}", "note must be one line" },
    { "{\"for\":\"1h\",\"note\":\"a\\nb\"}", "note must be one line" },
    { "{\"for\":3600}", "for" },
    { "{\"for\":\"1h\",\"why\":\"x\"}", "is not known here" },
};

static void what_is_no_pause_changes_nothing(void **state)
{
    struct admin_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ask(scene, "one/pause", wrong[i][0], wrong[i][1]);
        wire_expect(&scene->client, "400 Bad Request");
        assert_int_equal(view(scene).state, HEALTH_READY);
    }
    ask(scene, "two/pause", "{\"for\":\"1h\"}",
        "there is no account \\\"two\\\"");
    wire_expect(&scene->client, "404 Not Found");
}

/* What the operator said himself stays. */
static void clearing_forgets_what_answers_taught(void **state)
{
    struct admin_scene *scene = *state;
    struct account *account =
        accounts_get(scene->admin->options.accounts, STR("one"));
    struct vitals_answer refused = { .status = 401, .now_ms = clock_wall_ms() };

    (void)vitals_learn(account->vitals, &refused);
    account_unref(account);
    ask(scene, "one/resume", "", "\"state\":\"login_required\"");
    ask(scene, "one/clear", "", "\"state\":\"ready\"");
    ask(scene, "one/pause", "{\"for\":\"1h\"}", "\"state\":\"paused\"");
    ask(scene, "one/clear", "", "\"state\":\"paused\"");
    ask(scene, "two/clear", "", "404 Not Found");
}

static void what_cannot_be_written_is_refused(void **state)
{
    struct admin_scene *scene = *state;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, SCRIPT_SQL_ALWAYS);
    ask(scene, "one/pause", "{\"for\":\"1h\"}", "500 ");
    assert_int_equal(view(scene).state, HEALTH_READY);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 0);
    ask(scene, "one/pause", "{\"for\":\"1h\"}", "200 OK");
    assert_int_equal(view(scene).state, HEALTH_PAUSED);
}

static void each_is_in_the_audit_log(void **state)
{
    struct admin_scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    ask(scene, "one/pause", "{\"for\":\"1h\"}", "200 OK");
    ask(scene, "one/resume", "", "200 OK");
    ask(scene, "one/clear", "", "200 OK");
    said = unit_capture_end(&capture);
    unit_assert_part(said, "action=account.pause target=one");
    unit_assert_part(said, "action=account.resume target=one");
    unit_assert_part(said, "action=account.clear target=one");
    mem_free(said);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pause_has_an_end_and_a_reason),
        TEST(what_is_no_pause_changes_nothing),
        TEST(clearing_forgets_what_answers_taught),
        TEST(what_cannot_be_written_is_refused),
        TEST(each_is_in_the_audit_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
