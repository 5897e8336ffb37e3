// SPDX-License-Identifier: MIT
/* What metrics are gathered of: whatever is there, by the names that it has now. */
#include "admin/metrics_gather.h"

#include <string.h>

#include "../team/key_scene.h"
#include "../usage/ledger_scene.h"
#include "account/vitals.h"
#include "accounts.h"
#include "base/clock.h"
#include "http/seats.h"
#include "script_store.h"
#include "store/store.h"

struct scene {
    struct ledger_scene *db;
    struct loop *loop;
    struct key_scene keys;
    struct keyring *ring;
    struct unsaved *unsaved;
    struct use_flush *flush;
    struct ledger *ledger;
    struct accounts *accounts;
    struct store *store;
    struct caller_sources callers;
    struct admin_options options;
    struct metrics metrics; /* gathered last */
};

static void begin_ledger(struct scene *scene)
{
    void *db;

    (void)ledger_scene_begin(&db);
    scene->db = db;
    scene->unsaved = unsaved_new();
    scene->flush = use_flush_new(
        &(struct use_flush_options){ .loop = scene->loop,
                                     .records = scene->db->records,
                                     .ring = scene->ring,
                                     .unsaved = scene->unsaved });
    scene->ledger =
        ledger_new(&(struct ledger_options){ .loop = scene->loop,
                                             .ring = scene->ring,
                                             .flush = scene->flush,
                                             .records = scene->db->records,
                                             .zone = zone_utc() });
}

static int begin(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->loop = loop_new();
    scene_begin(&scene->keys);
    scene->ring = keyring_new();
    begin_ledger(scene);
    scene->accounts = accounts_new();
    scene->store = store_over(script_store_driver(script_store_new()));
    scene->callers = (struct caller_sources){ .keyring = scene->ring };
    scene->options = (struct admin_options){ .accounts = scene->accounts,
                                             .store = scene->store,
                                             .callers = &scene->callers,
                                             .ledger = scene->ledger,
                                             .records = scene->db->records };
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;
    void *db = scene->db;

    metrics_done(&scene->metrics);
    ledger_stop(scene->ledger);
    records_stop(scene->db->records);
    loop_free(scene->loop);
    ledger_free(scene->ledger);
    use_flush_free(scene->flush);
    unsaved_free(scene->unsaved);
    store_free(scene->store);
    accounts_free(scene->accounts);
    keyring_free(scene->ring);
    scene_end(&scene->keys);
    (void)ledger_scene_end(&db);
    mem_free(scene);
    return 0;
}

static const struct metrics *gather(struct scene *scene)
{
    metrics_done(&scene->metrics);
    metrics_gather(&scene->metrics, &scene->options);
    return &scene->metrics;
}

static void put_key(struct scene *scene, uint64_t id, const char *name,
                    const char *doc)
{
    keyring_put(scene->ring, scene_key(&scene->keys, id, name, doc));
}

static void put_account(struct scene *scene, const char *name, const char *doc)
{
    accounts_put(scene->accounts, unit_account(&account_kind_apikey, name, doc),
                 false);
}

/* By this key, of this account. */
static void ask(struct scene *scene, uint64_t key_id, const char *key,
                const char *account)
{
    struct record record = ledger_scene_record();

    record.key_id = key_id;
    record.key = str_of(key);
    record.account = str_of(account);
    record.priced = STR("claude-a");
    ledger_add(scene->ledger, &record);
}

/* The requests of that name; UINT64_MAX if it has no row. */
static uint64_t requests_of(const struct metrics *metrics, enum breakdown_by by,
                            const char *name)
{
    const struct breakdown_copy *copy = &metrics->by[by];

    for (size_t i = 0; i < copy->count; i++) {
        if (strcmp(copy->rows[i].name, name) == 0)
            return copy->rows[i].sums.requests;
    }
    return UINT64_MAX;
}

static void there_may_be_nothing(void **state)
{
    struct scene *scene = *state;
    const struct metrics *metrics;

    scene->options.callers = NULL;
    scene->options.ledger = NULL;
    scene->options.records = NULL;
    metrics = gather(scene);
    assert_non_null(metrics->tally);
    assert_int_equal(metrics->account_count, 0);
    assert_int_equal(metrics->keys, 0);
    assert_int_equal(metrics->limits_of_keys + metrics->limits_of_groups, 0);
    assert_int_equal(metrics->problems, 0);
    assert_true(metrics->process.resident_bytes > 0);
}

static void keys_have_their_present_names(void **state)
{
    struct scene *scene = *state;
    const struct metrics *metrics;

    put_key(scene, 1, "alice", "{}");
    put_key(scene, 2, "other", "{}");
    put_key(scene, 3, "none", "{}");
    ask(scene, 1, "as-it-was-called", "");
    ask(scene, 2, "other", "");
    ask(scene, 3, "none", "");
    ask(scene, 4, "gone", "");
    ask(scene, 0, "", "");
    metrics = gather(scene);
    assert_int_equal(metrics->keys, 3);
    assert_int_equal(metrics->by[BREAKDOWN_KEY].count, 1);
    assert_int_equal(requests_of(metrics, BREAKDOWN_KEY, "alice"), 1);
    assert_int_equal(metrics->by[BREAKDOWN_KEY].others.requests, 3);
    assert_int_equal(metrics->by[BREAKDOWN_KEY].none.requests, 1);
    assert_int_equal(requests_of(metrics, BREAKDOWN_MODEL, "claude-a"), 5);
}

static void accounts_are_those_there_are(void **state)
{
    struct scene *scene = *state;
    const struct metrics *metrics;

    put_account(scene, "fine", "{\"api_key\":\"sk-ant-api03-x\"}");
    put_account(scene, "none", "{\"api_key\":\"sk-ant-api03-x\"}");
    put_account(scene, "off",
                "{\"api_key\":\"sk-ant-api03-x\",\"enabled\":false}");
    ask(scene, 0, "", "fine");
    ask(scene, 0, "", "none");
    ask(scene, 0, "", "gone");
    metrics = gather(scene);
    assert_int_equal(metrics->account_count, 3);
    assert_string_equal(metrics->accounts[0].name, "fine");
    assert_int_equal(metrics->accounts[0].state, HEALTH_READY);
    assert_int_equal(metrics->in_state[HEALTH_READY], 2);
    assert_int_equal(metrics->in_state[HEALTH_DISABLED], 1);
    assert_int_equal(metrics->by[BREAKDOWN_ACCOUNT].count, 1);
    assert_int_equal(requests_of(metrics, BREAKDOWN_ACCOUNT, "fine"), 1);
    assert_int_equal(metrics->by[BREAKDOWN_ACCOUNT].others.requests, 2);
}

static void a_state_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(metrics_state_word(HEALTH_READY), "ready");
    assert_string_equal(metrics_state_word(HEALTH_STATES), "unusable");
}

/* Of keys that were used, and of all groups that have some. */
static void what_is_limited_says_how_much_is_used(void **state)
{
    struct scene *scene = *state;
    const struct metrics *metrics;

    put_key(scene, 1, "limited", "{\"limits\":{\"rpm\":0}}");
    put_key(scene, 2, "free", "{}");
    put_key(scene, 3, "unused", "{\"limits\":{\"rpm\":1}}");
    keyring_put_group(scene->ring,
                      scene_group(&scene->keys, 1, "students",
                                  "{\"limits\":{\"cost_day\":1}}"));
    keyring_put_group(scene->ring,
                      scene_group(&scene->keys, 2, "everybody", "{}"));
    ask(scene, 1, "limited", "");
    ask(scene, 2, "free", "");
    metrics = gather(scene);
    assert_int_equal(metrics->limits_of_keys, 1);
    assert_int_equal(metrics->limits_of_groups, 1);
    assert_string_equal(metrics->limits[0].name, "limited");
    assert_int_equal(metrics->limits[0].used_ppm[LIMIT_RPM], 1000000);
    assert_true(metrics->limits[0].used_ppm[LIMIT_COST_DAY] ==
                METRICS_NO_LIMIT);
    assert_string_equal(metrics->limits[1].name, "students");
    assert_int_equal(metrics->limits[1].used_ppm[LIMIT_COST_DAY], 0);
}

static size_t seven(void *arg)
{
    (void)arg;
    return 7;
}

static void share(void *arg, struct tally_share *sum)
{
    (void)arg;
    tally_share_begin_stream(sum);
}

static void what_runs_says_what_it_knows(void **state)
{
    struct scene *scene = *state;
    struct seats seats = { .served = 3, .served_ever = 5, .refused_ever = 2 };
    struct admin_facts facts = { .started_wall_ms = 1000,
                                 .in_flight = seven,
                                 .share = share,
                                 .seats = &seats,
                                 .seats_max = 9 };
    const struct metrics *metrics;

    scene->options.facts = &facts;
    metrics = gather(scene);
    assert_int_equal(metrics->in_flight, 7);
    assert_int_equal(atomic_load(&metrics->share.streams), 1);
    assert_int_equal(metrics->started_wall_ms, 1000);
    assert_int_equal(metrics->connections, 3);
    assert_int_equal(metrics->connections_max, 9);
    assert_int_equal(metrics->connections_accepted, 5);
    assert_int_equal(metrics->connections_refused, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_may_be_nothing),
        TEST(keys_have_their_present_names),
        TEST(accounts_are_those_there_are),
        cmocka_unit_test(a_state_has_a_word),
        TEST(what_is_limited_says_how_much_is_used),
        TEST(what_runs_says_what_it_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
