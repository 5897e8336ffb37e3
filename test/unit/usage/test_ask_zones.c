// SPDX-License-Identifier: MIT
/* Sums in zones whose days begin within hours of UTC, against counting one by one: when
   the zone changes, and when bookings are removed. */
#include <stdio.h>

#include "ask_scene.h"
#include "base/zones.h"
#include "ledger_changes.h"

#define MANY 500
/* 2027-04-01, some days around the end of summer time on Lord Howe Island. */
#define BEGIN_MS 1806537600000u
#define LONG_MS ((uint64_t)6 * 24 * ASK_HOUR_MS)
#define END_MS (BEGIN_MS + LONG_MS)

static char times[MANY][TEXT_TIME_MAX];
static struct ask_booked many[MANY];
/* When each counts as ended. */
static uint64_t ended_ms[MANY];
static bool removed[MANY];
static const char *const names[] = { "a", "b", "c" };
static uint64_t seed;

static struct zones *zones;

static uint64_t next_random(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static const struct zone *zone_of(const char *name)
{
    struct err err;
    const struct zone *zone = zones_find(zones, str_of(name), &err);

    if (!zone)
        skip(); /* no zones on this system */
    return zone;
}

/* Half of them near noon of UTC, where the days of the zones begin. */
static void book_many(struct ask_scene *scene)
{
    seed = 7;
    for (size_t i = 0; i < MANY; i++) {
        uint64_t key = next_random(3);
        uint64_t at_ms = BEGIN_MS + next_random(LONG_MS);

        if (i % 2)
            at_ms = at_ms / (LONG_MS / 6) * (LONG_MS / 6) +
                    (13 + next_random(7)) * ASK_HOUR_MS +
                    next_random(ASK_HOUR_MS);
        text_format_time(at_ms, times[i]);
        ended_ms[i] = at_ms;
        removed[i] = false;
        many[i] = (struct ask_booked){
            .ended = times[i],
            .key_id = (unsigned)key + 1,
            .key = names[key],
            .owner = names[key],
            .group_id = 1,
            .group = "g",
            .model = next_random(3) ? names[next_random(3)] : NULL,
            .cost = 1 + (unsigned)next_random(1000),
        };
    }
    ask_scene_book(scene, many, MANY);
}

/* ---- changes ------------------------------------------------------------- */

static void use_zone(struct ask_scene *scene, const struct zone *zone)
{
    ledger_use_zone(scene->records, zone);
}

/* What is removed counts as of the hour, or of the day that begins in it. */
static void remove_before(struct ask_scene *scene, const struct zone *zone,
                          uint64_t before_ms)
{
    ledger_remove_before(scene->records, zone, before_ms);
    for (size_t i = 0; i < MANY; i++) {
        uint64_t hour_ms = ended_ms[i] / ASK_HOUR_MS * ASK_HOUR_MS;
        uint64_t day_ms = zone_window(zone, ZONE_DAY, ended_ms[i]).start_ms;

        if (removed[i] || hour_ms + ASK_HOUR_MS > before_ms)
            continue;
        removed[i] = true;
        ended_ms[i] = day_ms > hour_ms ? day_ms : hour_ms;
    }
}

/* ---- counting one by one -------------------------------------------------- */

static bool is_in(const struct ask *ask, const struct ask_row *row, size_t i)
{
    switch (ask->by) {
    case ASK_BY_DAY:
        return zone_day(ask->zone, ended_ms[i]) == row->number;
    case ASK_BY_HOUR:
        return (int64_t)(ended_ms[i] / ASK_HOUR_MS * 3600) == row->number;
    case ASK_BY_KEY:
        return str_eq(str_of(many[i].key), row->name);
    case ASK_BY_MODEL:
        return str_eq(str_of(many[i].model ? many[i].model : ""), row->name);
    case ASK_BY_GROUP:
    case ASK_BY_OWNER:
    case ASK_BY_ACCOUNT:
    case ASK_BY_SESSION:
    case ASK_BYS:
        break;
    }
    return false;
}

/* Of all rows if it is NULL. */
static int64_t cost_of(const struct ask *ask, const struct ask_row *row)
{
    int64_t cost = 0;

    for (size_t i = 0; i < MANY; i++) {
        if (ended_ms[i] >= ask->filter.since_ms &&
            ended_ms[i] < ask->filter.until_ms && (!row || is_in(ask, row, i)))
            cost += many[i].cost;
    }
    return cost;
}

static void check_ask(struct ask_scene *scene, const struct ask *ask)
{
    struct ask_answer answer;

    if (!ask_scene_ask(scene, ask, &answer))
        fail_msg("%s", scene->err.text);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_equal(answer.rows[i].sums[ASK_COST_MICROUSD],
                         cost_of(ask, &answer.rows[i]));
    assert_int_equal(answer.total[ASK_COST_MICROUSD], cost_of(ask, NULL));
    ask_answer_done(&answer);
}

/* To the hour, to the half, or anywhere. */
static uint64_t next_moment(void)
{
    static const uint64_t steps[] = { ASK_HOUR_MS, ASK_HOUR_MS / 2, 1 };
    uint64_t step = steps[next_random(COUNT_OF(steps))];

    return (BEGIN_MS + next_random(LONG_MS)) / step * step;
}

static void check(struct ask_scene *scene, const struct zone *zone)
{
    static const enum ask_by bys[] = { ASK_BY_DAY, ASK_BY_HOUR, ASK_BY_KEY,
                                       ASK_BY_MODEL };

    for (size_t i = 0; i < 100; i++) {
        uint64_t one_ms = next_moment();
        uint64_t other_ms = next_moment();
        struct ask ask = ask_scene_all(scene, bys[i % COUNT_OF(bys)]);

        ask.zone = zone;
        if (i % 5 > 0)
            ask.filter.since_ms = one_ms < other_ms ? one_ms : other_ms;
        if (i % 5 != 1)
            ask.filter.until_ms = (one_ms < other_ms ? other_ms : one_ms) + 1;
        check_ask(scene, &ask);
    }
}

/* ---- tests ----------------------------------------------------------------- */

static void another_zone_is_exact_while_bookings_are_there(void **state)
{
    static const char *const others[] = { "UTC", "Australia/Lord_Howe",
                                          "Asia/Kathmandu", "-03:30",
                                          "+05:30" };

    book_many(*state);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        use_zone(*state, zone_of(others[i]));
        check(*state, zone_of(others[i]));
    }
}

static void days_stay_as_they_are_without_their_bookings(void **state)
{
    const struct zone *zone = zone_of("+05:30");
    int64_t days[MANY];

    book_many(*state);
    for (size_t i = 0; i < MANY; i++)
        days[i] = zone_day(zone, ended_ms[i]);
    remove_before(*state, zone, BEGIN_MS + LONG_MS / 2);
    check(*state, zone);
    remove_before(*state, zone, END_MS + ASK_HOUR_MS);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(zone_day(zone, ended_ms[i]), days[i]);
}

static void sums_add_up_in_any_zone_without_bookings_too(void **state)
{
    const struct zone *india = zone_of("+05:30");
    const struct zone *island = zone_of("Australia/Lord_Howe");

    book_many(*state);
    remove_before(*state, india, BEGIN_MS + LONG_MS / 3);
    use_zone(*state, island);
    check(*state, island);
    remove_before(*state, island, BEGIN_MS + LONG_MS / 2);
    check(*state, island);
    use_zone(*state, india);
    check(*state, india);
    use_zone(*state, zone_utc());
    check(*state, zone_utc());
}

static void what_is_being_removed_counts_as_removed(void **state)
{
    const struct ask_booked booked[] = {
        { .ended = "2027-04-01T18:10:00Z", .key_id = 1, .cost = 1 },
        { .ended = "2027-04-01T18:40:00Z", .key_id = 1, .cost = 10 },
    };
    struct ask ask = ask_scene_all(*state, ASK_BY_KEY);

    ask_scene_book(*state, booked, COUNT_OF(booked));
    ask_scene_change(*state, "UPDATE hour SET removing = 1");
    ask_scene_change(*state, "DELETE FROM booking WHERE id = 1");
    ask.filter.until_ms = ask_scene_ms("2027-04-01T18:20:00Z");
    ask_scene_asserts(*state, &ask, " 2 11; all 2 11");
    ask.filter.since_ms = ask.filter.until_ms;
    ask.filter.until_ms = ask_scene_ms("2027-04-01T18:25:00Z");
    ask_scene_asserts(*state, &ask, "all 0 0");
}

/* The relay was given another zone; the sums are still of +05:30, and so are days that
   limit what is asked for. */
static void days_are_of_one_zone(void **state)
{
    const struct ask_booked booked[] = {
        { .ended = "2027-04-01T18:10:00Z", .key_id = 1, .cost = 1 },
        { .ended = "2027-04-01T18:40:00Z", .key_id = 1, .cost = 10 },
    };
    static const struct {
        enum ask_by by;
        const char *since;
        const char *until;
        const char *rows;
    } cases[] = {
        { ASK_BY_DAY, "2027-04-01", "2027-04-01", "2027-04-01 1 1; all 1 1" },
        { ASK_BY_DAY, "2027-04-02", NULL, "2027-04-02 1 10; all 1 10" },
        { ASK_BY_KEY, "2d", "2027-04-01", " 1 1; all 1 1" },
        { ASK_BY_HOUR, "2027-04-01T19:00:00Z", "2027-04-01",
          "since must be before until: nothing lies between them" },
    };

    ask_scene_book(*state, booked, COUNT_OF(booked));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ask ask = ask_scene_all(*state, cases[i].by);

        ask.zone = zone_utc();
        ask.now_ms = ask_scene_ms("2027-04-02T12:00:00Z");
        ask.since = str_of(cases[i].since);
        if (cases[i].until)
            ask.until = str_of(cases[i].until);
        ask_scene_asserts(*state, &ask, cases[i].rows);
    }
}

/* Of the oldest day some hours have bookings, and some have none any more: of those only
   whole hours are known by session. */
static void sessions_have_whole_hours_without_bookings(void **state)
{
    static const struct ask_booked booked[] = {
        { .ended = "2026-11-05T07:40:00Z", .session = "s", .cost = 1 },
        { .ended = "2026-11-05T08:40:00Z", .session = "s", .cost = 10 },
    };
    static const struct {
        const char *since;
        const char *until;
        const char *rows;
    } cases[] = {
        { "2026-11-05T00:00:00Z", "2026-11-06T00:00:00Z", "s 2 11; all 2 11" },
        { "2026-11-05T07:00:00Z", "2026-11-05T09:00:00Z", "s 2 11; all 2 11" },
        { "2026-11-05T06:30:00Z", "2026-11-05T08:30:00Z", "s 1 1; all 1 1" },
        { "2026-11-05T07:00:00Z", "2026-11-05T07:30:00Z", " 1 1; all 1 1" },
        { "2026-11-05T07:30:00Z", "2026-11-05T09:00:00Z", "s 1 10; all 1 10" },
    };

    ask_scene_book(*state, booked, COUNT_OF(booked));
    ask_scene_change(*state, "DELETE FROM booking WHERE id = 1");
    ask_scene_change(*state, "DELETE FROM hour WHERE hour_s = 1793862000");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ask ask = ask_scene_all(*state, ASK_BY_SESSION);

        ask.filter.since_ms = ask_scene_ms(cases[i].since);
        ask.filter.until_ms = ask_scene_ms(cases[i].until);
        ask_scene_asserts(*state, &ask, cases[i].rows);
    }
}

/* A day of +05:30 begins in the middle of an hour that was removed: no row has less than
   nothing, and rows add up to what other questions have. */
static void sessions_take_nothing_off_a_day_that_is_not_theirs(void **state)
{
    static const struct ask_booked booked[] = {
        { .ended = "2026-11-05T18:10:00Z", .cost = 1 },
        { .ended = "2026-11-05T18:40:00Z", .session = "s", .cost = 100 },
        { .ended = "2026-11-08T18:40:00Z", .cost = 1000 },
    };
    static const char *const ends[] = { "2026-11-05T00:00:00Z",
                                        "2026-11-05T18:30:00Z",
                                        "2026-11-06T18:30:00Z" };
    static const char *const rows[] = { " 1 1; all 1 1", " 1 100; all 1 100" };

    ask_scene_book(*state, booked, COUNT_OF(booked));
    remove_before(*state, zone_of("+05:30"),
                  ask_scene_ms("2026-11-07T00:00:00Z"));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ask ask = ask_scene_all(*state, ASK_BY_SESSION);

        ask.zone = zone_of("+05:30");
        ask.filter.since_ms = ask_scene_ms(ends[i]);
        ask.filter.until_ms = ask_scene_ms(ends[i + 1]);
        ask_scene_asserts(*state, &ask, rows[i]);
    }
}

static int begin(void **state)
{
    zones = zones_new(NULL);
    return ask_scene_begin(state);
}

static int end(void **state)
{
    zones_free(zones);
    return ask_scene_end(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_zone_is_exact_while_bookings_are_there),
        TEST(days_stay_as_they_are_without_their_bookings),
        TEST(sums_add_up_in_any_zone_without_bookings_too),
        TEST(what_is_being_removed_counts_as_removed),
        TEST(days_are_of_one_zone),
        TEST(sessions_have_whole_hours_without_bookings),
        TEST(sessions_take_nothing_off_a_day_that_is_not_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
