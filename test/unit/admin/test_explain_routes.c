// SPDX-License-Identifier: MIT
/* Which account would serve a request, and why not the others: without a key.  With one:
   test/e2e/accounts-fail-over. */
#include "admin/explain_routes.h"

#include <string.h>

#include "account/vitals.h"
#include "accounts.h"
#include "admin_scene.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "relay/candidates.h"

#define POOLED "{\"api_key\":\"sk-ant-api03-x\",\"pool\":true}"
#define APART "{\"api_key\":\"sk-ant-api03-x\",\"pool\":false}"

static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/explain", PUBLIC, explain_routes_post),
};

static int open_scene(void **state)
{
    struct admin_scene *scene;

    (void)admin_scene_open(state, rows, COUNT_OF(rows));
    scene = *state;
    scene->admin->options.accounts = accounts_new();
    return 0;
}

static int close_scene(void **state)
{
    struct admin_scene *scene = *state;
    struct accounts *accounts = scene->admin->options.accounts;

    (void)admin_scene_close(state);
    accounts_free(accounts);
    return 0;
}

static void put(const struct admin_scene *scene, const char *name,
                const char *doc)
{
    accounts_put(scene->admin->options.accounts,
                 unit_account(&account_kind_apikey, name, doc), false);
}

static void learn(const struct admin_scene *scene, const char *name,
                  const struct vitals_answer *answer)
{
    struct account *account =
        accounts_get(scene->admin->options.accounts, str_of(name));

    (void)vitals_learn(account->vitals, answer);
    account_unref(account);
}

static void ask(struct admin_scene *scene, const char *body, const char *answer)
{
    struct arena *arena = arena_new();
    struct str bytes = arena_printf(arena,
                                    "POST /explain HTTP/1.1\r\nHost: h\r\n"
                                    "Content-Length: %zu\r\n\r\n%s",
                                    strlen(body), body);

    admin_scene_reconnect(scene);
    admin_scene_ask(scene, bytes.at, answer);
    arena_free(arena);
}

static void each_account_has_its_reason(void **state)
{
    struct admin_scene *scene = *state;
    uint64_t now_ms = clock_wall_ms();

    put(scene, "a", APART);
    put(scene, "b", POOLED);
    put(scene, "c", POOLED);
    put(scene, "d", POOLED);
    learn(scene, "b",
          &(struct vitals_answer){
              .status = 429, .retry_after_ms = 3600000, .now_ms = now_ms });
    learn(scene, "c",
          &(struct vitals_answer){ .status = 401, .now_ms = now_ms });
    ask(scene, "{}", "{\"account\":\"d\",");
    wire_expect(&scene->client, "{\"account\":\"a\",\"why\":\"not_allowed\","
                                "\"state\":\"ready\"}");
    wire_expect(&scene->client,
                "{\"account\":\"b\",\"why\":\"paused\",\"state\":\"paused\","
                "\"until\":\"");
    wire_expect(&scene->client, "\"cause\":\"a limit is used up\"}");
    wire_expect(&scene->client, "{\"account\":\"c\",\"why\":\"later\","
                                "\"state\":\"login_required\"}");
    wire_expect(&scene->client,
                "{\"account\":\"d\",\"why\":\"chosen\",\"state\":\"ready\"}");
}

/* Softly paused, as the state says. */
static void one_without_a_token_comes_later(void **state)
{
    struct admin_scene *scene = *state;
    struct accounts *accounts = scene->admin->options.accounts;
    struct account *account;
    uint64_t now_ms = clock_wall_ms();

    put(scene, "b", POOLED);
    accounts_put(accounts,
                 unit_account(&account_kind_oauth, "a",
                              "{\"access_token\":\"x\",\"refresh_token\":"
                              "\"y\",\"pool\":true,\"expires_at\":"
                              "\"2020-01-01T00:00:00Z\",\"priority\":9}"),
                 false);
    account = accounts_get(accounts, STR("a"));
    ask(scene, "{}", "{\"account\":\"a\",");
    vitals_note_token(account->vitals, now_ms + 60000, STR("a 503"), now_ms);
    ask(scene, "{}", "{\"account\":\"b\",");
    wire_expect(&scene->client,
                "{\"account\":\"a\",\"why\":\"later\",\"state\":\"paused\","
                "\"until\":\"");
    wire_expect(&scene->client, "\"cause\":\"a 503\"}");
    account_unref(account);
}

static void a_session_and_an_id_lead_to_their_account(void **state)
{
    struct admin_scene *scene = *state;
    struct accounts *accounts = scene->admin->options.accounts;
    struct arena *arena = arena_new();

    put(scene, "a", POOLED);
    put(scene, "b", POOLED);
    put(scene, "c", APART);
    bindings_put(accounts_bindings(accounts),
                 candidates_session(arena, 0, STR("s")),
                 bindings_account(STR("b")), clock_wall_ms());
    bindings_put(accounts_owned(accounts), hash_number(STR("file_1")),
                 bindings_account(STR("c")), clock_wall_ms());
    ask(scene, "{\"session\":\"s\"}", "{\"account\":\"b\",");
    wire_expect(&scene->client, "{\"account\":\"a\",\"why\":\"not_bound\"");
    ask(scene, "{\"session\":\"s\",\"id\":\"file_1\"}", "{\"account\":\"c\",");
    wire_expect(&scene->client, "{\"account\":\"b\",\"why\":\"not_owner\"");
    ask(scene, "{\"session\":\"s\",\"id\":\"file_2\"}", "{\"account\":\"b\",");
    arena_free(arena);
}

static void who_is_refused_is_told_what_its_client_would_be(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, "{}", "{\"account\":null,\"refused\":\"no account is set up");
    put(scene, "a", APART);
    ask(scene, "{}", "{\"account\":\"a\",");
    put(scene, "b", APART);
    ask(scene, "{}",
        "{\"account\":null,\"refused\":\"2 accounts are set up: choose one");
    ask(scene, "{\"session\":5}", "400 Bad Request");
    ask(scene, "{\"path\":\"/\"}", "is not known here");
}

static void hold(const struct admin_scene *scene, const char *name)
{
    struct account *account =
        accounts_get(scene->admin->options.accounts, str_of(name));
    uint64_t now_ms = clock_wall_ms();

    vitals_hold(account->vitals, now_ms + 3600000, STR("holidays"), now_ms);
    account_unref(account);
}

/* What was learned earlier, and is over, is no reason any more. */
static void the_cause_is_the_present_one(void **state)
{
    struct admin_scene *scene = *state;
    uint64_t now_ms = clock_wall_ms();

    put(scene, "a", POOLED);
    put(scene, "b", POOLED);
    learn(scene, "a",
          &(struct vitals_answer){ .status = 429,
                                   .retry_after_ms = 3600000,
                                   .now_ms = now_ms - 2 * 3600000 });
    hold(scene, "a");
    ask(scene, "{}", "{\"account\":\"b\",");
    wire_expect(&scene->client,
                "\"cause\":\"paused by the operator: holidays\"");
}

/* Without a key the operator's pause counts, and nothing else. */
static void one_may_be_named(void **state)
{
    struct admin_scene *scene = *state;

    put(scene, "a", POOLED);
    put(scene, "b", POOLED);
    learn(scene, "b",
          &(struct vitals_answer){ .status = 401, .now_ms = clock_wall_ms() });
    ask(scene, "{\"account\":\"b\"}",
        "{\"account\":\"b\",\"accounts\":[{\"account\":\"b\",\"why\":\"chosen\"");
    ask(scene, "{\"account\":\"c\"}",
        "{\"account\":null,\"refused\":\"there is no account \\\"c\\\"");
    hold(scene, "b");
    ask(scene, "{\"account\":\"b\"}",
        "{\"account\":null,\"refused\":\"the account is paused by the operator");
    wire_expect(&scene->client,
                "\"cause\":\"paused by the operator: holidays\"");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_account_has_its_reason),
        TEST(one_without_a_token_comes_later),
        TEST(a_session_and_an_id_lead_to_their_account),
        TEST(who_is_refused_is_told_what_its_client_would_be),
        TEST(the_cause_is_the_present_one),
        TEST(one_may_be_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
