// SPDX-License-Identifier: MIT
/* The running relay at a glance. */
#include "admin/status.h"

#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "script_store.h"
#include "unit.h"

struct scene {
    struct store *store;
    struct accounts *accounts;
    struct admin_facts facts;
    struct admin_options options;
};

static size_t seven(void *arg)
{
    (void)arg;
    return 7;
}

static size_t three(void *arg)
{
    (void)arg;
    return 3;
}

static void complain(void *arg, struct json_doc *texts)
{
    (void)arg;
    json_doc_add(texts, json_doc_new_str(STR("the tea is cold")));
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->store = store_over(script_store_driver(script_store_new()));
    scene->accounts = accounts_new();
    scene->options = (struct admin_options){ .store = scene->store,
                                             .accounts = scene->accounts,
                                             .facts = &scene->facts };
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    accounts_free(scene->accounts);
    store_free(scene->store);
    mem_free(scene);
    return 0;
}

static char *told(const struct scene *scene)
{
    struct json_doc *doc = status_doc(&scene->options);
    struct buf text;
    char *copy;

    buf_init(&text, 65536);
    assert_true(json_doc_write(doc, false, &text));
    copy = mem_strndup(buf_str(&text).at, buf_str(&text).len);
    buf_done(&text);
    json_doc_free(doc);
    return copy;
}

static void assert_told(const struct scene *scene, const char *part)
{
    char *text = told(scene);

    unit_assert_part(text, part);
    mem_free(text);
}

static void what_the_program_knows_is_told(void **state)
{
    struct scene *scene = *state;
    struct arena *arena = arena_new();

    scene->facts = (struct admin_facts){
        .started_ms = clock_steady_ms() - 100500,
        .in_flight = seven,
        .keys = three,
        .degraded = complain,
    };
    admin_facts_add_address(&scene->facts, "127.0.0.1", 3000);
    admin_facts_add_address(&scene->facts, "::1", 3000);
    assert_told(
        scene,
        arena_printf(arena, "{\"pid\":%ld,\"version\":\"", (long)getpid()).at);
    assert_told(scene, "\"addresses\":[\"127.0.0.1:3000\",\"[::1]:3000\"],"
                       "\"uptime_s\":10");
    assert_told(scene, "\"accounts\":[],\"keys\":3,\"in_flight\":7,"
                       "\"degraded\":[\"the tea is cold\"]}");
    arena_free(arena);
}

/* A command that works on the folder. */
static void nothing_has_to_be_known(void **state)
{
    struct scene *scene = *state;

    scene->options.facts = NULL;
    assert_told(scene, "\"addresses\":[],\"uptime_s\":0,\"accounts\":[],"
                       "\"keys\":0,\"in_flight\":0,\"degraded\":[]}");
}

static void too_many_addresses_are_left_out(void **state)
{
    struct scene *scene = *state;
    char host[200];

    memset(host, 'h', sizeof(host) - 1);
    host[sizeof(host) - 1] = 0;
    for (unsigned i = 0; i < ADMIN_ADDRESSES_MAX + 2; i++)
        admin_facts_add_address(&scene->facts, host, i);
    assert_int_equal(scene->facts.address_count, ADMIN_ADDRESSES_MAX);
}

#define TOKEN                                                                  \
    "{\"access_token\":\"canary\",\"expires_at\":\"2026-01-01T00:00:00Z\""

static const struct {
    const char *text;
    const char *state;
} accounts[] = {
    { TOKEN ",\"refresh_token\":\"r\"}", "ready" },
    { TOKEN "}", "unusable" },
    { TOKEN ",\"refresh_token\":\"r\",\"enabled\":false}", "disabled" },
    { "{}", "unusable" },
};

static void each_account_has_a_state(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(accounts); i++) {
        struct arena *arena = arena_new();

        accounts_put(scene->accounts,
                     unit_account(&account_kind_oauth, "a", accounts[i].text),
                     false);
        assert_told(scene,
                    arena_printf(arena,
                                 "\"accounts\":[{\"account\":\"a\",\"kind\":"
                                 "\"oauth\",\"state\":\"%s\"}]",
                                 accounts[i].state)
                        .at);
        arena_free(arena);
    }
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)
    const struct CMUnitTest tests[] = {
        TEST(what_the_program_knows_is_told),
        TEST(nothing_has_to_be_known),
        TEST(too_many_addresses_are_left_out),
        TEST(each_account_has_a_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
