// SPDX-License-Identifier: MIT
/* The running relay at a glance. */
#include "admin/status.h"

#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "script_sql.h"
#include "script_store.h"
#include "unit.h"
#include "usage/ledger.h"

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
    assert_told(
        scene,
        "\"time_zone\":\"UTC\",\"addresses\":[],"
        "\"uptime_s\":0,\"accounts\":[],\"keys\":0,\"in_flight\":0,\"degraded\":[]}");
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

static void assert_not_told(const struct scene *scene, const char *part)
{
    char *text = told(scene);

    assert_null(strstr(text, part));
    mem_free(text);
}

/* ---- bookings ------------------------------------------------------------ */

struct booked {
    char *folder;
    struct loop *loop;
    struct keyring *ring;
    struct unsaved *unsaved;
    struct use_flush *flush;
    struct records *records;
    struct ledger *ledger;
};

/* Nothing is written, for the loop does not run. */
static struct booked booked_begin(void)
{
    struct booked booked = { .folder = unit_folder_new(),
                             .loop = loop_new(),
                             .ring = keyring_new(),
                             .unsaved = unsaved_new() };

    booked.records = script_sql_records(booked.folder);
    booked.flush =
        use_flush_new(&(struct use_flush_options){ .loop = booked.loop,
                                                   .records = booked.records,
                                                   .ring = booked.ring,
                                                   .unsaved = booked.unsaved });
    booked.ledger =
        ledger_new(&(struct ledger_options){ .loop = booked.loop,
                                             .ring = booked.ring,
                                             .flush = booked.flush,
                                             .records = booked.records,
                                             .zone = zone_utc(),
                                             .memory_max = 1 });
    return booked;
}

static void booked_end(const struct booked *booked)
{
    ledger_stop(booked->ledger);
    records_stop(booked->records);
    loop_free(booked->loop);
    ledger_free(booked->ledger);
    use_flush_free(booked->flush);
    records_free(booked->records);
    keyring_free(booked->ring);
    unsaved_free(booked->unsaved);
    unit_folder_free(booked->folder);
}

static void bookings_on_their_way_are_told(void **state)
{
    struct scene *scene = *state;
    struct booked booked = booked_begin();
    const struct record record = { .sent = true };
    struct unit_capture capture;

    assert_not_told(scene, "\"bookings\"");
    scene->options.ledger = booked.ledger;
    assert_told(scene, "\"bookings\":{\"waiting\":0,\"waiting_ms\":0,"
                       "\"unsynced_ms\":");
    assert_told(scene, ",\"lost\":0}");
    ledger_add(booked.ledger, &record);
    assert_told(scene, "\"bookings\":{\"waiting\":1,");
    assert_told(scene, "\"degraded\":[]");
    capture = unit_capture_begin(2);
    for (size_t i = 0; i < 1000; i++)
        ledger_add(booked.ledger, &record);
    mem_free(unit_capture_end(&capture));
    assert_told(scene, "bookings are lost: there is no more room");
    capture = unit_capture_begin(2);
    booked_end(&booked);
    mem_free(unit_capture_end(&capture));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)
    const struct CMUnitTest tests[] = {
        TEST(what_the_program_knows_is_told),
        TEST(nothing_has_to_be_known),
        TEST(too_many_addresses_are_left_out),
        TEST(bookings_on_their_way_are_told),
        TEST(each_account_has_a_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
