// SPDX-License-Identifier: MIT
/* What results of message batches add to limits. */
#include "usage/ledger_charges.h"

#include "../team/team_scene.h"

#define NOON_MS 1796040000000ull
#define QUARTER_MS ((uint64_t)QUARTER_S * 1000)

static bool run_write(struct sql *sql, void *arg, struct err *err)
{
    return ledger_charges_write(arg, sql, err);
}

static void write_all(struct team *team, struct ledger_charges *charges)
{
    if (!records_do(team->records,
                    &(struct records_work){ .run = run_write, .arg = charges },
                    &team->err))
        fail_msg("%s", team->err.text);
}

static void add(struct ledger_charges *charges, uint64_t key_id,
                uint64_t group_id, uint64_t ended_ms, uint64_t cost_microusd)
{
    ledger_charges_add(charges,
                       &(struct booking){ .key_id = key_id,
                                          .group_id = group_id,
                                          .ended_ms = ended_ms,
                                          .cost_microusd = cost_microusd });
}

static struct counters_view view_at(struct counters *counters, uint64_t at_ms)
{
    static const struct limits limits;
    struct counters_view view;

    counters_view(counters, &limits, zone_utc(),
                  (struct counters_now){ 1, at_ms }, &view);
    return view;
}

static void expect(struct keyring *ring, uint64_t of_key, uint64_t of_group)
{
    struct key *key = keyring_get(ring, STR("alice"));
    struct key_group *group = keyring_get_group(ring, STR("team"));
    struct counters_view view = view_at(key->counters, NOON_MS);

    assert_int_equal(view.at[LIMIT_COST_DAY].used, of_key);
    assert_int_equal(view.total.cost_microusd, of_key);
    assert_int_equal(view.total.requests, 0);
    assert_int_equal(view.at[LIMIT_RPD].used, 0);
    view = view_at(group->counters, NOON_MS);
    assert_int_equal(view.at[LIMIT_COST_MONTH].used, of_group);
    key_unref(key);
    key_group_unref(group);
}

static void make(struct team *team)
{
    if (!team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"team\"}"))
        fail_msg("%s", team->err.text);
    team_create(team, "{\"name\":\"alice\",\"group\":\"team\"}");
}

/* In the database with the bookings, in memory when those are there. */
static void both_sides_are_charged(void **state)
{
    struct team *team = *state;
    struct ledger_charges charges = { .count = 0 };
    struct keyring *ring;

    make(team);
    add(&charges, 1, 1, NOON_MS, 1000);
    add(&charges, 1, 1, NOON_MS + 1, 500);
    add(&charges, 1, 0, NOON_MS - QUARTER_MS, 70);
    assert_int_equal(charges.count, 3);
    write_all(team, &charges);
    expect(team->ring, 0, 0);
    ledger_charges_tell(&charges, team->ring);
    expect(team->ring, 1570, 1500);
    ring = team_loaded(team);
    expect(ring, 1570, 1500);
    keyring_free(ring);
    ledger_charges_done(&charges);
}

/* What was saved is not saved again. */
static void nothing_is_charged_twice(void **state)
{
    struct team *team = *state;
    struct ledger_charges charges = { .count = 0 };
    struct counters_unsaved use;
    struct key *key;

    make(team);
    add(&charges, 1, 1, NOON_MS, 1000);
    write_all(team, &charges);
    ledger_charges_tell(&charges, team->ring);
    key = keyring_get(team->ring, STR("alice"));
    assert_false(counters_take_last(key->counters, &use));
    key_unref(key);
    ledger_charges_clear(&charges);
    write_all(team, &charges);
    ledger_charges_tell(&charges, team->ring);
    expect(team->ring, 1000, 1000);
    ledger_charges_done(&charges);
}

/* The key was purged meanwhile, or none was needed. */
static void what_is_nobodys_is_passed_over(void **state)
{
    struct team *team = *state;
    struct ledger_charges charges = { .count = 0 };

    make(team);
    add(&charges, 0, 0, NOON_MS, 1000);
    assert_int_equal(charges.count, 0);
    add(&charges, 77, 78, NOON_MS, 1000);
    write_all(team, &charges);
    ledger_charges_tell(&charges, team->ring);
    expect(team->ring, 0, 0);
    ledger_charges_done(&charges);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, team_begin, team_end)
    const struct CMUnitTest tests[] = {
        TEST(both_sides_are_charged),
        TEST(nothing_is_charged_twice),
        TEST(what_is_nobodys_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
