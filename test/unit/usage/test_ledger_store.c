// SPDX-License-Identifier: MIT
/* Records of requests, and the rows that they become. */
#include "usage/ledger_store.h"

#include "ledger_scene.h"

struct errand {
    struct ledger_store *store;
    struct booking *at[8];
    const struct booking *const *bookings;
    size_t count;
    size_t ran;
};

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct errand *errand = arg;

    errand->ran++;
    return ledger_store_write(errand->store, sql,
                              (const struct booking *const *)errand->at,
                              errand->count, err);
}

static void book(struct ledger_scene *scene, struct ledger_store *store,
                 const struct record *records, size_t count)
{
    struct errand errand = { .store = store, .count = count };

    for (size_t i = 0; i < count; i++)
        errand.at[i] = ledger_scene_booking(&records[i]);
    ledger_scene_do(scene, run, &errand);
    ledger_store_keep(store);
    for (size_t i = 0; i < count; i++)
        mem_free(errand.at[i]);
}

static void each_request_is_one_row(void **state)
{
    struct meter_usage usage = { .counts = { [METER_INPUT] = 10,
                                             [METER_OUTPUT] = 20,
                                             [METER_CACHE_WRITE] = 30,
                                             [METER_CACHE_READ] = 40,
                                             [METER_WEB_SEARCH] = 1 } };
    struct ledger_store *store = ledger_store_new(zone_utc());
    struct record records[] = { ledger_scene_record(), { .sent = true } };

    records[0].usage = &usage;
    records[1] = (struct record){ .id = STR("req_relay_19cab8a2e000000000000a"),
                                  .endpoint = STR("/v1/files"),
                                  .began_ms = LEDGER_SCENE_MS,
                                  .end = RECORD_CLIENT_LEFT,
                                  .partial = true };
    book(*state, store, records, 2);
    ledger_scene_expect(
        *state, "SELECT * FROM booking ORDER BY id",
        "1 1772359201500 1500 1 1 3 200 1 1 2 4 5 10 20 40 30 - 1 - - 1234 6 1"
        " 301 100 200 11802570129450 req_011 - - -\n"
        "2 1772359200000 0 2 7 - - 4 - 8 - - - - - - - - 1 - - - 0"
        " - - - 10 - - - -\n");
    ledger_scene_expect(*state, "SELECT * FROM word ORDER BY id",
                        "1 1 main\n2 3 /v1/messages\n3 2 claude-a-20260101\n"
                        "4 2 claude-a\n5 4 standard\n6 5 v1\n"
                        "7 1 \n8 3 /v1/files\n");
    ledger_scene_expect(*state, "SELECT * FROM holder ORDER BY id",
                        "1 7 alice alice@example.com 2 team\n2 0   0 \n");
    ledger_scene_expect(*state, "SELECT * FROM session", "1 7 s-1\n");
    ledger_scene_expect(*state, "SELECT * FROM total ORDER BY holder",
                        "1772359200 1 1 3 1 0 0 10 20 40 30 0 1 1234\n"
                        "1772359200 2 7 0 1 0 0 0 0 0 0 0 0 0\n");
    ledger_scene_expect(*state, "SELECT * FROM hour", "1772359200 1 2 -\n");
    ledger_store_free(store);
}

/* Its cost is not 0. */
static void an_unknown_cost_is_none(void **state)
{
    struct meter_usage usage = { .counts = { [METER_INPUT] = 10 } };
    struct ledger_store *store = ledger_store_new(zone_utc());
    struct record records[] = { ledger_scene_record(), ledger_scene_record() };

    records[0].usage = &usage;
    records[0].cost_known = false;
    records[1].cost_microusd = 0;
    book(*state, store, records, 2);
    ledger_scene_expect(*state, "SELECT cost_microusd FROM booking ORDER BY id",
                        "-\n0\n");
    ledger_scene_expect(*state,
                        "SELECT requests, unpriced, cost_microusd FROM total",
                        "2 1 0\n");
    ledger_store_free(store);
}

static void a_renamed_key_is_another_holder(void **state)
{
    struct ledger_store *store = ledger_store_new(zone_utc());
    struct record records[] = { ledger_scene_record(), ledger_scene_record() };

    records[1].key = STR("alicia");
    book(*state, store, records, 2);
    book(*state, store, records, 2);
    ledger_scene_expect(*state, "SELECT key_id, key_name FROM holder",
                        "7 alice\n7 alicia\n");
    ledger_scene_expect(*state, "SELECT holder, requests FROM total",
                        "1 2\n2 2\n");
    ledger_store_free(store);
}

static void a_result_of_a_batch_is_booked_once(void **state)
{
    struct ledger_store *store = ledger_store_new(zone_utc());
    struct record records[] = { ledger_scene_record(), ledger_scene_record(),
                                ledger_scene_record() };

    for (size_t i = 0; i < COUNT_OF(records); i++) {
        records[i].batch_result = 1;
        memcpy(records[i].result_id,
               i < 2 ? "0123456789abcdef" : "0123456789abcdeg", 16);
    }
    book(*state, store, records, 3);
    /* Charged to its key and to its group, once. */
    assert_int_equal(ledger_store_charges(store)->count, 2);
    assert_int_equal(
        ledger_store_charges(store)->at[0].quarter.use.cost_microusd, 2468);
    book(*state, store, records, 3);
    assert_int_equal(ledger_store_charges(store)->count, 0);
    ledger_scene_expect(*state, "SELECT id, batch FROM booking", "1 1\n2 1\n");
    ledger_scene_expect(*state, "SELECT requests FROM total", "2\n");
    ledger_scene_expect(*state, "SELECT requests FROM daily", "2\n");
    ledger_scene_expect(*state, "SELECT result FROM batch_result",
                        "0123456789abcdef\n0123456789abcdeg\n");
    ledger_store_free(store);
}

/* The numbers that it had given are not those of the next time. */
static void a_batch_that_was_undone_is_written_whole(void **state)
{
    struct ledger_scene *scene = *state;
    struct ledger_store *ours = ledger_store_new(zone_utc());
    struct ledger_store *theirs = ledger_store_new(zone_utc());
    struct record record = ledger_scene_record();
    struct record other = ledger_scene_record();
    struct errand errand = { .store = ours,
                             .at = { ledger_scene_booking(&record) },
                             .count = 1 };
    struct err err;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    assert_false(
        records_do(scene->records,
                   &(struct records_work){ .run = run, .arg = &errand }, &err));
    other.key = STR("bob");
    other.account = STR("second");
    other.session = STR("s-2");
    book(scene, theirs, &other, 1);
    ledger_scene_do(scene, run, &errand);
    ledger_store_keep(ours);
    assert_int_equal(errand.ran, 2);
    ledger_scene_expect(
        scene,
        "SELECT b.id, h.key_name, a.text, s.name FROM booking b"
        " JOIN holder h ON h.id = b.holder JOIN word a ON a.id = b.account"
        " JOIN session s ON s.id = b.session ORDER BY b.id",
        "1 bob second s-2\n2 alice main s-1\n");
    ledger_scene_expect(scene, "SELECT requests FROM total", "1\n1\n");
    mem_free(errand.at[0]);
    ledger_store_free(theirs);
    ledger_store_free(ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(each_request_is_one_row),
        LEDGER_TEST(an_unknown_cost_is_none),
        LEDGER_TEST(a_renamed_key_is_another_holder),
        LEDGER_TEST(a_result_of_a_batch_is_booked_once),
        LEDGER_TEST(a_batch_that_was_undone_is_written_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
