// SPDX-License-Identifier: MIT
/* Writing behind: all that is counted arrives once, however the database behaves. */
#include "team/use_flush.h"

#include <string.h>

#include "base/clock.h"
#include "team/admission.h"
#include "team/use_store.h"
#include "team_scene.h"

/* Who rides along: has numbers, and writes two at a time at most.  What is dropped at
   the end is settled on the records' thread. */
struct rider {
    _Atomic size_t waiting;
    _Atomic size_t saved;
    bool fails; /* the next time, for good */
};

struct flush_scene {
    struct rider rider;
    struct team *team;
    struct unsaved *unsaved;
    struct use_flush *flush;
    struct use_flush *stopped; /* one from before; or NULL */
    struct counters *counters; /* of the key 1 */
    struct key *key;
};

static int begin(void **state)
{
    struct flush_scene *scene = MEM_NEW(struct flush_scene);
    void *team;

    (void)team_begin(&team);
    scene->team = team;
    team_create(scene->team, "{\"name\":\"alice\"}");
    scene->key = keyring_get(scene->team->ring, STR("alice"));
    scene->unsaved = unsaved_new();
    scene->counters = counters_new(scene->unsaved, SUBJECT_OF_KEY(1));
    scene->flush = use_flush_new(
        &(struct use_flush_options){ .loop = scene->team->loop,
                                     .records = scene->team->records,
                                     .ring = scene->team->ring,
                                     .unsaved = scene->unsaved,
                                     .every_ms = 1 });
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct flush_scene *scene = *state;
    void *team = scene->team;
    struct use_flush *flush = scene->flush;

    script_sql_hold(false);
    use_flush_stop(flush);
    key_unref(scene->key);
    counters_unref(scene->counters);
    (void)team_end(&team);
    use_flush_free(flush);
    use_flush_free(scene->stopped);
    unsaved_free(scene->unsaved);
    mem_free(scene);
    return 0;
}

/* One request of $0.001, so many quarters of an hour ago. */
static void use_before(struct flush_scene *scene, uint64_t quarters)
{
    const struct counters_now now = {
        clock_steady_ms(), clock_wall_ms() - quarters * QUARTER_S * 1000
    };
    struct admission admission = { 0 };
    struct limit_refusal why;
    struct limits limits;
    struct admission_ask ask = {
        .of = { { .counters = scene->counters,
                  .limits = &limits,
                  .zone = zone_utc() } },
        .counted = true,
        .cost_microusd = 1000,
    };

    limits_init(&limits);
    assert_int_equal(admission_reserve(&admission, &ask, now, &why),
                     ADMISSION_GRANTED);
    admission_settle(&admission,
                     &(struct admission_truth){ .cost_microusd = 1000,
                                                .sent = true },
                     now);
    keyring_used(scene->team->ring, scene->key, now.wall_ms);
}

static void use_once(struct flush_scene *scene)
{
    use_before(scene, 0);
}

/* What a relay that starts now knows of the key. */
static uint64_t saved_requests(struct team *team)
{
    struct keyring *ring = team_loaded(team);
    struct key *key = keyring_get(ring, STR("alice"));
    struct counters_view view;

    counters_view(key->counters, &key->limits, zone_utc(),
                  (struct counters_now){ 1, clock_wall_ms() }, &view);
    assert_int_equal(view.total.cost_microusd, 1000 * view.total.requests);
    key_unref(key);
    keyring_free(ring);
    return view.total.requests;
}

static bool two_are_saved(void *arg)
{
    struct flush_scene *scene = arg;

    return saved_requests(scene->team) == 2;
}

/* Of the scene's key. */
static bool use_is_saved(void *arg)
{
    struct flush_scene *scene = arg;
    struct keyring *ring = team_loaded(scene->team);
    struct key *key = keyring_get(ring, str_of(scene->key->name));
    bool is = atomic_load(&key->use->last_ms) != 0 &&
              atomic_load(&key->use->first_ms) ==
                  atomic_load(&scene->key->use->first_ms);

    key_unref(key);
    keyring_free(ring);
    return is;
}

static void what_is_counted_arrives(void **state)
{
    struct flush_scene *scene = *state;

    use_once(scene);
    use_once(scene);
    wire_until(scene->team->loop, two_are_saved, scene);
    wire_until(scene->team->loop, use_is_saved, scene);
    wire_turn_for(scene->team->loop, 20);
    assert_int_equal(saved_requests(scene->team), 2);
}

/* A kill may come at any moment, and nobody would know that its time runs. */
static void a_first_use_is_saved_at_once(void **state)
{
    struct flush_scene *scene = *state;
    struct team *team = scene->team;
    const struct use_flush_options rarely = { .loop = team->loop,
                                              .records = team->records,
                                              .ring = team->ring,
                                              .unsaved = scene->unsaved,
                                              .every_ms = 3600 * 1000 };
    struct use_flush *before = scene->flush;
    struct key *bob;

    use_flush_stop(before);
    scene->flush = use_flush_new(&rarely);
    keyring_used(team->ring, scene->key, clock_wall_ms());
    wire_until(team->loop, use_is_saved, scene);
    /* one that comes while another is being saved, too */
    team_create(team, "{\"name\":\"bob\"}");
    team_create(team, "{\"name\":\"carol\"}");
    bob = keyring_get(team->ring, STR("bob"));
    script_sql_hold(true);
    keyring_used(team->ring, bob, clock_wall_ms());
    wire_turn_for(team->loop, 20);
    key_unref(scene->key);
    scene->key = keyring_get(team->ring, STR("carol"));
    keyring_used(team->ring, scene->key, clock_wall_ms());
    wire_turn_for(team->loop, 20);
    script_sql_hold(false);
    wire_until(team->loop, use_is_saved, scene);
    key_unref(bob);
    scene->stopped = before;
}

static void a_database_that_fails_for_a_while_loses_nothing(void **state)
{
    struct flush_scene *scene = *state;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 3);
    use_once(scene);
    wire_turn_for(scene->team->loop, 20);
    use_once(scene);
    wire_until(scene->team->loop, two_are_saved, scene);
    wire_until(scene->team->loop, use_is_saved, scene);
}

/* An error that no patience mends: kept, said once, and tried again. */
static void what_was_refused_is_written_later(void **state)
{
    struct flush_scene *scene = *state;
    struct unit_capture capture;
    char *said;

    capture = unit_capture_begin(2);
    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_BROKEN, 3);
    use_once(scene);
    wire_turn_for(scene->team->loop, 50);
    use_once(scene);
    wire_until(scene->team->loop, two_are_saved, scene);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "kept in memory");
    assert_null(strstr(strstr(said, "kept in memory") + 1, "kept in memory"));
    mem_free(said);
}

static void a_database_that_hangs_gets_it_afterwards(void **state)
{
    struct flush_scene *scene = *state;

    script_sql_hold(true);
    use_once(scene);
    while (!script_sql_is_holding())
        wire_turn(scene->team->loop);
    use_once(scene);
    script_sql_hold(false);
    wire_until(scene->team->loop, two_are_saved, scene);
}

static void what_is_left_at_the_end_is_saved(void **state)
{
    struct flush_scene *scene = *state;

    use_once(scene);
    use_once(scene);
    use_flush_stop(scene->flush);
    use_flush_stop(scene->flush);
    /* The records have it: the loop is not needed. */
    while (saved_requests(scene->team) != 2)
        wire_turn(scene->team->loop);
}

/* What came meanwhile is not left to a save that is never begun. */
static void what_came_while_saving_is_saved_at_the_end(void **state)
{
    struct flush_scene *scene = *state;

    script_sql_hold(true);
    use_once(scene);
    while (!script_sql_is_holding())
        wire_turn(scene->team->loop);
    use_once(scene);
    use_flush_stop(scene->flush);
    script_sql_hold(false);
    while (saved_requests(scene->team) < 2)
        wire_turn(scene->team->loop);
    wire_turn_for(scene->team->loop, 20);
    assert_int_equal(saved_requests(scene->team), 2);
}

/* More quarters of an hour than are saved at a time, some of them under way. */
static void hours_are_saved_at_the_end(void **state)
{
    struct flush_scene *scene = *state;

    script_sql_hold(true);
    for (uint64_t i = 0; i < 3 * COUNTERS_QUARTERS_MAX; i++)
        use_before(scene, i);
    while (!script_sql_is_holding())
        wire_turn(scene->team->loop);
    use_flush_stop(scene->flush);
    script_sql_hold(false);
    while (saved_requests(scene->team) < 3 * COUNTERS_QUARTERS_MAX)
        wire_turn(scene->team->loop);
}

/* ---- who rides along ----------------------------------------------------- */

struct ride {
    struct rider *rider;
    size_t count;
    bool more;
};

static void *rider_take(void *arg)
{
    struct rider *rider = arg;
    struct ride *ride;

    if (rider->waiting == 0)
        return NULL;
    ride = MEM_NEW(struct ride);
    ride->rider = rider;
    ride->count = rider->waiting < 2 ? rider->waiting : 2;
    rider->waiting -= ride->count;
    ride->more = rider->waiting > 0;
    return ride;
}

static bool rider_save(struct sql *sql, void *taken, struct err *err)
{
    struct ride *ride = taken;

    if (ride->rider->fails) {
        ride->rider->fails = false;
        return err_set(err, ERR_CONFLICT, "it cannot be");
    }
    return sql_run(sql,
                   "INSERT INTO word(kind, text) VALUES(9, $1)"
                   " ON CONFLICT (kind, text) DO NOTHING",
                   SQL_VALUES(sql_text(STR("ridden"))), err);
}

static bool rider_settle(void *taken, bool saved)
{
    struct ride *ride = taken;
    struct rider *rider = ride->rider;
    bool more = ride->more && saved;

    if (saved)
        rider->saved += ride->count;
    else
        rider->waiting += ride->count;
    mem_free(ride);
    return more;
}

static struct rider *join(struct flush_scene *scene, struct rider rider)
{
    scene->rider = rider;
    use_flush_join(scene->flush,
                   &(struct use_flush_rider){ .take = rider_take,
                                              .save = rider_save,
                                              .settle = rider_settle,
                                              .arg = &scene->rider });
    return &scene->rider;
}

static bool all_rode(void *arg)
{
    const struct rider *rider = arg;

    return rider->waiting == 0 && rider->saved == 5;
}

static void restart(struct flush_scene *scene, uint64_t every_ms)
{
    struct team *team = scene->team;

    scene->stopped = scene->flush;
    use_flush_stop(scene->stopped);
    scene->flush =
        use_flush_new(&(struct use_flush_options){ .loop = team->loop,
                                                   .records = team->records,
                                                   .ring = team->ring,
                                                   .unsaved = scene->unsaved,
                                                   .every_ms = every_ms });
}

static void a_rider_is_written_soon_and_as_long_as_there_is_more(void **state)
{
    struct flush_scene *scene = *state;
    const struct rider rider = { .waiting = 5 };
    size_t commits;

    restart(scene, 3600 * 1000);
    (void)join(scene, rider);
    commits = script_sql_count(SCRIPT_SQL_COMMIT);
    use_flush_soon(scene->flush);
    wire_until(scene->team->loop, all_rode, &scene->rider);
    assert_int_equal(script_sql_count(SCRIPT_SQL_COMMIT), commits + 3);
}

/* What limits count of a request, and the request itself. */
static void both_are_in_one_transaction(void **state)
{
    struct flush_scene *scene = *state;
    const struct rider rider = { .waiting = 1, .saved = 4 };
    size_t commits;

    restart(scene, 3600 * 1000);
    (void)join(scene, rider);
    commits = script_sql_count(SCRIPT_SQL_COMMIT);
    use_once(scene);
    use_flush_soon(scene->flush);
    wire_until(scene->team->loop, all_rode, &scene->rider);
    assert_int_equal(saved_requests(scene->team), 1);
    assert_true(script_sql_count(SCRIPT_SQL_COMMIT) <= commits + 2);
}

static void a_rider_that_was_refused_rides_again(void **state)
{
    struct flush_scene *scene = *state;
    const struct rider rider = { .waiting = 5, .fails = true };

    (void)join(scene, rider);
    use_once(scene);
    wire_until(scene->team->loop, all_rode, &scene->rider);
    wire_until(scene->team->loop, use_is_saved, scene);
    assert_int_equal(saved_requests(scene->team), 1);
}

static void what_a_rider_has_left_is_written_at_the_end(void **state)
{
    struct flush_scene *scene = *state;
    const struct rider rider = { .waiting = 5 };

    restart(scene, 3600 * 1000);
    (void)join(scene, rider);
    use_flush_stop(scene->flush);
    records_stop(scene->team->records);
    assert_true(all_rode(&scene->rider));
}

/* By the commit, too: all of it was written then. */
static void what_is_lost_at_the_end_is_said(void **state)
{
    struct flush_scene *scene = *state;
    const struct rider rider = { .waiting = 5 };
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    restart(scene, 3600 * 1000);
    (void)join(scene, rider);
    use_before(scene, 0);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, SCRIPT_SQL_ALWAYS);
    use_flush_stop(scene->flush);
    records_stop(scene->team->records);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "what 1 relay keys and groups have used in the last "
                           "moments could not be saved and is lost");
    mem_free(said);
    assert_int_equal(scene->rider.saved, 0);
    assert_int_equal(scene->rider.waiting, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_counted_arrives),
        TEST(a_first_use_is_saved_at_once),
        TEST(a_database_that_fails_for_a_while_loses_nothing),
        TEST(what_was_refused_is_written_later),
        TEST(a_database_that_hangs_gets_it_afterwards),
        TEST(what_is_left_at_the_end_is_saved),
        TEST(what_came_while_saving_is_saved_at_the_end),
        TEST(hours_are_saved_at_the_end),
        TEST(a_rider_is_written_soon_and_as_long_as_there_is_more),
        TEST(both_are_in_one_transaction),
        TEST(a_rider_that_was_refused_rides_again),
        TEST(what_a_rider_has_left_is_written_at_the_end),
        TEST(what_is_lost_at_the_end_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
