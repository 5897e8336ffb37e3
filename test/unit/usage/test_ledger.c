// SPDX-License-Identifier: MIT
/* The ledger: each booking is written once, however the database behaves. */
#include "usage/ledger.h"

#include "base/log.h"
#include "ledger_scene.h"
#include "wire.h"

#define CHUNK (64u * 1024)

struct scene {
    struct ledger_scene *db;
    struct loop *loop;
    struct keyring *ring;
    struct unsaved *unsaved;
    struct use_flush *flush;
    struct ledger *ledger;
};

static int begin(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    void *db;

    log_setup(LOG_ERROR, LOG_TEXT);
    (void)ledger_scene_begin(&db);
    scene->db = db;
    scene->loop = loop_new();
    scene->ring = keyring_new();
    scene->unsaved = unsaved_new();
    scene->flush = use_flush_new(
        &(struct use_flush_options){ .loop = scene->loop,
                                     .records = scene->db->records,
                                     .ring = scene->ring,
                                     .unsaved = scene->unsaved,
                                     .every_ms = 100 });
    scene->ledger =
        ledger_new(&(struct ledger_options){ .loop = scene->loop,
                                             .ring = scene->ring,
                                             .flush = scene->flush,
                                             .records = scene->db->records,
                                             .zone = zone_utc(),
                                             .memory_max = 16 * CHUNK });
    *state = scene;
    return 0;
}

static void stop(struct scene *scene)
{
    ledger_stop(scene->ledger);
    records_stop(scene->db->records);
    if (scene->loop)
        loop_free(scene->loop);
    scene->loop = NULL;
}

static int end(void **state)
{
    struct scene *scene = *state;
    void *db = scene->db;

    script_sql_hold(false);
    script_sql_hold_syncs(false);
    stop(scene);
    ledger_free(scene->ledger);
    use_flush_free(scene->flush);
    keyring_free(scene->ring);
    unsaved_free(scene->unsaved);
    (void)ledger_scene_end(&db);
    mem_free(scene);
    return 0;
}

static void add(struct scene *scene, size_t count)
{
    struct record record = ledger_scene_record();

    for (size_t i = 0; i < count; i++)
        ledger_add(scene->ledger, &record);
}

static struct ledger_state state_of(struct scene *scene)
{
    struct ledger_state now;

    ledger_state(scene->ledger, &now);
    return now;
}

static bool none_waits(void *arg)
{
    return state_of(arg).waiting == 0;
}

static bool all_is_synced(void *arg)
{
    return none_waits(arg) && state_of(arg).unsynced_ms == 0;
}

/* So many, and as many in the totals. */
static void expect_booked(struct scene *scene, uint64_t count)
{
    char want[80];

    (void)snprintf(want, sizeof(want), "%" PRIu64 " %" PRIu64 "\n", count,
                   count);
    ledger_scene_expect(scene->db,
                        "SELECT (SELECT count(*) FROM booking),"
                        " (SELECT CAST(sum(requests) AS INTEGER) FROM total)",
                        want);
    assert_int_equal(state_of(scene).booked, count);
}

static void what_is_added_is_booked(void **state)
{
    struct scene *scene = *state;

    add(scene, 3);
    assert_int_equal(state_of(scene).waiting, 3);
    assert_int_equal(state_of(scene).booked, 0);
    wire_until(scene->loop, all_is_synced, scene);
    expect_booked(scene, 3);
    add(scene, 2);
    wire_until(scene->loop, all_is_synced, scene);
    expect_booked(scene, 5);
}

static void what_reached_no_account_is_not_booked(void **state)
{
    struct scene *scene = *state;
    struct record record = ledger_scene_record();

    record.sent = false;
    ledger_add(scene->ledger, &record);
    ledger_add(NULL, &record);
    assert_int_equal(state_of(scene).waiting, 0);
}

static void those_of_a_moment_are_one_transaction(void **state)
{
    struct scene *scene = *state;
    size_t before = script_sql_count(SCRIPT_SQL_COMMIT);

    add(scene, 400);
    wire_until(scene->loop, none_waits, scene);
    expect_booked(scene, 400);
    /* with those of this test's own question */
    assert_true(script_sql_count(SCRIPT_SQL_COMMIT) <= before + 3);
}

static void a_disk_that_syncs_slowly_delays_none(void **state)
{
    struct scene *scene = *state;

    add(scene, 1);
    wire_until(scene->loop, all_is_synced, scene);
    script_sql_hold_syncs(true);
    add(scene, 1);
    wire_until(scene->loop, none_waits, scene);
    add(scene, 1);
    wire_until(scene->loop, none_waits, scene);
    expect_booked(scene, 3);
    assert_true(state_of(scene).unsynced_ms > 0);
    script_sql_hold_syncs(false);
    wire_until(scene->loop, all_is_synced, scene);
}

static void a_database_that_fails_for_a_while_loses_none(void **state)
{
    static const enum script_sql_at places[] = { SCRIPT_SQL_BEGIN,
                                                 SCRIPT_SQL_STATEMENT,
                                                 SCRIPT_SQL_COMMIT };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        script_sql_fail(places[i], ERR_IO, 3);
        add(scene, 1);
        wire_turn_for(scene->loop, 20);
        add(scene, 1);
        wire_until(scene->loop, none_waits, scene);
        expect_booked(scene, 2 * i + 2);
    }
}

/* Of no kind that the records try again: it is not skipped either. */
static void a_batch_that_is_refused_stays(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);

    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_CONFLICT, 2);
    add(scene, 700);
    wire_until(scene->loop, none_waits, scene);
    mem_free(unit_capture_end(&capture));
    expect_booked(scene, 700);
}

/* While it cannot be written some find no room, and are counted. */
static void what_waits_is_bounded_and_what_is_lost_is_counted(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct ledger_state full;
    char *said;

    script_sql_hold(true);
    add(scene, 10000);
    wire_turn_for(scene->loop, 60);
    add(scene, 100);
    full = state_of(scene);
    assert_true(full.lost > 100 && full.waiting > 300);
    assert_int_equal(full.lost + full.waiting, 10100);
    assert_true(full.waiting_ms > 0);
    script_sql_hold(false);
    wire_until(scene->loop, none_waits, scene);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "bookings are lost");
    unit_assert_part(said, "bookings are written again");
    assert_null(strstr(strstr(said, "are lost") + 1, "are lost"));
    mem_free(said);
    expect_booked(scene, full.waiting);
    add(scene, 1);
    wire_until(scene->loop, none_waits, scene);
    expect_booked(scene, full.waiting + 1);
}

/* Whoever fetches goes on all the same, and those of requests are not touched. */
static void results_lose_only_their_own_room(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct record result = ledger_scene_record();
    struct ledger_state full;
    char *said;

    result.batch_result = 1;
    script_sql_hold(true);
    for (unsigned i = 0; i < 2000; i++) {
        memcpy(result.result_id, &i, sizeof(i));
        ledger_add(scene->ledger, &result);
    }
    full = state_of(scene);
    assert_true(full.lost > 0 && full.losing);
    add(scene, 100);
    assert_int_equal(state_of(scene).lost, full.lost);
    script_sql_hold(false);
    wire_until(scene->loop, none_waits, scene);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "results of batches are not booked");
    unit_assert_part(said, "bookings are written again");
    assert_null(strstr(said, "bookings are lost"));
    mem_free(said);
    expect_booked(scene, full.waiting + 100);
    assert_false(state_of(scene).losing);
    assert_false(ledger_is_crowded(scene->ledger));
    assert_false(ledger_is_crowded(NULL));
}

static void the_end_books_what_is_left(void **state)
{
    struct scene *scene = *state;

    add(scene, 500);
    stop(scene);
    assert_int_equal(state_of(scene).waiting, 0);
    assert_int_equal(state_of(scene).unsynced_ms, 0);
    assert_int_equal(state_of(scene).booked, 500);
    assert_int_equal(state_of(scene).lost, 0);
}

static bool is_holding(void *arg)
{
    (void)arg;
    return script_sql_is_holding();
}

/* One batch is under way, and there is more than another has room for. */
static void the_end_waits_for_what_is_being_written(void **state)
{
    struct scene *scene = *state;

    script_sql_hold(true);
    add(scene, 5);
    wire_until(scene->loop, is_holding, NULL);
    add(scene, 300);
    ledger_stop(scene->ledger);
    script_sql_hold(false);
    stop(scene);
    assert_int_equal(state_of(scene).waiting, 0);
    assert_int_equal(state_of(scene).booked, 305);
}

static void expect_lost_at_the_end(struct scene *scene, enum script_sql_at at)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    script_sql_fail(at, ERR_BROKEN, SCRIPT_SQL_ALWAYS);
    add(scene, 1234);
    stop(scene);
    assert_int_equal(state_of(scene).waiting, 1234);
    ledger_free(scene->ledger);
    scene->ledger = NULL;
    said = unit_capture_end(&capture);
    unit_assert_part(said, "1234 bookings could not be saved and are lost");
    mem_free(said);
}

static void what_cannot_be_saved_at_the_end_is_said(void **state)
{
    expect_lost_at_the_end(*state, SCRIPT_SQL_BEGIN);
}

/* A full disk may show only then: nothing of it is there. */
static void what_was_undone_at_the_end_is_said(void **state)
{
    expect_lost_at_the_end(*state, SCRIPT_SQL_COMMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_added_is_booked),
        TEST(what_reached_no_account_is_not_booked),
        TEST(those_of_a_moment_are_one_transaction),
        TEST(a_disk_that_syncs_slowly_delays_none),
        TEST(a_database_that_fails_for_a_while_loses_none),
        TEST(a_batch_that_is_refused_stays),
        TEST(what_waits_is_bounded_and_what_is_lost_is_counted),
        TEST(results_lose_only_their_own_room),
        TEST(the_end_books_what_is_left),
        TEST(the_end_waits_for_what_is_being_written),
        TEST(what_cannot_be_saved_at_the_end_is_said),
        TEST(what_was_undone_at_the_end_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
