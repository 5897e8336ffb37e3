// SPDX-License-Identifier: MIT
/* Sums by everything that they can be asked by. */
#include <stdio.h>

#include "ask_scene.h"

#define MAIN "main"

/* Days are those of +05:30: midnight is 18:30 UTC. */
static const struct ask_booked few[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .model = "opus",
      .session = "s1",
      .tokens_in = 3,
      .tokens_out = 4,
      .cost = 10 },
    { .ended = "2026-11-05T07:50:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .model = "haiku",
      .session = "s1",
      .cost = 1 },
    { .ended = "2026-11-05T18:29:59.999Z",
      .key_id = 2,
      .key = "bob",
      .owner = "ben",
      .group_id = 1,
      .group = "staff",
      .account = "other",
      .model = "opus",
      .session = "s2",
      .status = 429,
      .cost = 0 },
    { .ended = "2026-11-05T18:30:00Z",
      .key_id = 2,
      .key = "bob",
      .owner = "ben",
      .group_id = 1,
      .group = "staff",
      .account = "other",
      .model = "opus",
      .cost = 100 },
    { .ended = "2026-11-06T00:00:00Z", .account = "", .unpriced = true },
    /* Renamed, moved, and somebody else's. */
    { .ended = "2026-11-09T12:00:00Z",
      .key_id = 2,
      .key = "robert",
      .owner = "ann",
      .group_id = 2,
      .group = "guests",
      .account = "other",
      .model = "opus",
      .session = "s2",
      .ending = 3,
      .cost = 1000 },
};

static void book_few(struct ask_scene *scene)
{
    ask_scene_book(scene, few, COUNT_OF(few));
}

static void what_failed_and_what_has_no_price_is_counted(void **state)
{
    struct ask_scene *scene = *state;
    /* From sums by days, and from bookings. */
    static const char *const untils[] = { NULL, "2026-11-09T12:30:00Z" };

    book_few(scene);
    for (size_t i = 0; i < COUNT_OF(untils); i++) {
        struct ask ask = ask_scene_all(scene, ASK_BY_ACCOUNT);
        struct ask_answer answer;
        const int64_t *sums = answer.total;

        if (untils[i])
            ask.filter.until_ms = ask_scene_ms(untils[i]);
        ask.filter.since_ms = ask_scene_ms("2026-11-05T07:05:00Z");
        assert_true(ask_scene_ask(scene, &ask, &answer));
        assert_int_equal(sums[ASK_FAILED], 2);
        assert_int_equal(sums[ASK_UNPRICED], 1);
        assert_int_equal(sums[ASK_INPUT], 3);
        assert_int_equal(sums[ASK_OUTPUT], 4);
        assert_int_equal(sums[ASK_CACHE_READ], 30);
        assert_int_equal(sums[ASK_CACHE_WRITE_5M], 0);
        ask_answer_done(&answer);
    }
}

static void everything_by_anything(void **state)
{
    struct ask_scene *scene = *state;
    static const struct {
        enum ask_by by;
        const char *rows;
    } cases[] = {
        { ASK_BY_KEY, "robert 3 1100; alice 2 11;  1 0; all 6 1111" },
        { ASK_BY_GROUP, "guests 1 1000; staff 4 111;  1 0; all 6 1111" },
        { ASK_BY_OWNER, "ann 3 1011; ben 2 100;  1 0; all 6 1111" },
        { ASK_BY_ACCOUNT, "other 3 1100; main 2 11;  1 0; all 6 1111" },
        { ASK_BY_MODEL, "opus 4 1110; haiku 1 1;  1 0; all 6 1111" },
        { ASK_BY_DAY, "2026-11-05 3 11; 2026-11-06 2 100; "
                      "2026-11-09 1 1000; all 6 1111" },
        { ASK_BY_HOUR, "2026-11-05T07:00:00Z 2 11; 2026-11-05T18:00:00Z 2 100; "
                       "2026-11-06T00:00:00Z 1 0; "
                       "2026-11-09T12:00:00Z 1 1000; all 6 1111" },
        { ASK_BY_SESSION, "s2 2 1000;  2 100; s1 2 11; all 6 1111" },
    };

    book_few(scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct ask ask = ask_scene_all(scene, cases[i].by);

        ask_scene_asserts(scene, &ask, cases[i].rows);
    }
}

static void filters_go_together(void **state)
{
    struct ask_scene *scene = *state;
    const struct {
        struct ask_filter filter;
        enum ask_by by;
        const char *rows;
    } cases[] = {
        { { .key_id = 2 }, ASK_BY_MODEL, "opus 3 1100; all 3 1100" },
        /* The name it once had. */
        { { .key = STR("bob") },
          ASK_BY_GROUP,
          "guests 1 1000; staff 2 100; all 3 1100" },
        { { .key = STR("") }, ASK_BY_MODEL, " 1 0; all 1 0" },
        { { .group = STR("staff"), .model = STR("opus") },
          ASK_BY_KEY,
          "robert 2 100; alice 1 10; all 3 110" },
        { { .group_id = 2 }, ASK_BY_OWNER, "ann 1 1000; all 1 1000" },
        { { .owner = STR("ann"), .account = STR(MAIN) },
          ASK_BY_DAY,
          "2026-11-05 2 11; all 2 11" },
        { { .account = STR("") },
          ASK_BY_HOUR,
          "2026-11-06T00:00:00Z 1 0; all 1 0" },
        { { .model = STR("") }, ASK_BY_ACCOUNT, " 1 0; all 1 0" },
        { { .session = STR("s2") }, ASK_BY_KEY, "robert 2 1000; all 2 1000" },
        { { .session = STR("s1") },
          ASK_BY_MODEL,
          "opus 1 10; haiku 1 1; all 2 11" },
        { { .session = STR("s2") },
          ASK_BY_HOUR,
          "2026-11-05T18:00:00Z 1 0; 2026-11-09T12:00:00Z 1 1000; "
          "all 2 1000" },
        { { .session = STR("s2") }, ASK_BY_SESSION, "s2 2 1000; all 2 1000" },
        { { .key_id = 1 }, ASK_BY_SESSION, "s1 2 11; all 2 11" },
        { { .session = STR("") }, ASK_BY_SESSION, " 2 100; all 2 100" },
        { { .session = STR("") }, ASK_BY_KEY, "robert 1 100;  1 0; all 2 100" },
        { { .session = STR("") },
          ASK_BY_ACCOUNT,
          "other 1 100;  1 0; all 2 100" },
        { { .session = STR("") },
          ASK_BY_HOUR,
          "2026-11-05T18:00:00Z 1 100; 2026-11-06T00:00:00Z 1 0; all 2 100" },
        { { .session = STR(""), .key_id = 2 },
          ASK_BY_MODEL,
          "opus 1 100; all 1 100" },
        { { .account = STR("nobody"), .account_is_there = true },
          ASK_BY_KEY,
          "all 0 0" },
        { { .key_id = 77 }, ASK_BY_KEY, "all 0 0" },
        { { .owner = STR("nobody") },
          ASK_BY_KEY,
          "nothing has been booked of the owner \"nobody\"" },
    };

    book_few(scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ask ask = ask_scene_all(scene, cases[i].by);

        ask.filter = cases[i].filter;
        ask.filter.until_ms = ASK_NO_END;
        ask_scene_asserts(scene, &ask, cases[i].rows);
    }
}

static void rows_are_cut_and_the_total_is_not(void **state)
{
    struct ask_scene *scene = *state;
    struct ask ask = ask_scene_all(scene, ASK_BY_KEY);

    book_few(scene);
    ask.limit = 1;
    ask_scene_asserts(scene, &ask, "robert 3 1100; all 6 1111");
    ask.skip = 1;
    ask_scene_asserts(scene, &ask, "alice 2 11; all 6 1111");
    ask.skip = 5;
    ask_scene_asserts(scene, &ask, "all 6 1111");
    ask.skip = ask.limit = 0;
    ask.last = 2;
    ask_scene_asserts(scene, &ask, "alice 2 11;  1 0; all 6 1111");
    ask.last = 9;
    ask_scene_asserts(scene, &ask,
                      "robert 3 1100; alice 2 11;  1 0; all 6 1111");
}

static void sessions_know_no_groups_and_days(void **state)
{
    struct ask asks[] = {
        { .by = ASK_BY_SESSION, .filter = { .group_id = 1 } },
        { .by = ASK_BY_SESSION, .filter = { .owner = STR("a") } },
        { .by = ASK_BY_DAY, .filter = { .session = STR("s") } },
        { .by = ASK_BY_OWNER, .filter = { .session = STR("s") } },
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(asks); i++)
        assert_false(ask_is_possible(&asks[i], &err));
    unit_assert_part(err.text, "not by group, owner or day");
    asks[3].by = ASK_BY_HOUR;
    assert_true(ask_is_possible(&asks[3], &err));
}

static void days_are_those_of_the_sums(void **state)
{
    struct ask_scene *scene = *state;
    struct ask ask = ask_scene_all(scene, ASK_BY_DAY);

    book_few(scene);
    /* The relay was given another zone; the sums still have the old one. */
    ask.zone = zone_utc();
    ask_scene_asserts(scene, &ask,
                      "2026-11-05 3 11; 2026-11-06 2 100; "
                      "2026-11-09 1 1000; all 6 1111");
    ask_scene_change(scene, "UPDATE calendar SET zone = 'No/Where'");
    ask_scene_asserts(scene, &ask,
                      "the time zone that usage is summed up in is not known "
                      "to this system");
}

struct stepping {
    struct asking *asking;
    struct ask_answer answer;
    size_t steps;
};

static bool run_step(struct sql *sql, void *arg, struct err *err)
{
    struct stepping *stepping = arg;

    stepping->steps++;
    return ask_step(sql, stepping->asking, &stepping->answer, err);
}

/* What was counted before it failed is not counted twice. */
static void after_a_failure_it_begins_afresh(void **state)
{
    struct ask_scene *scene = *state;
    struct ask ask = ask_scene_all(scene, ASK_BY_SESSION);
    struct stepping stepping = { .asking = NULL };

    /* Bookings of an hour that is cut come first, then sums. */
    ask.filter.since_ms = ask_scene_ms("2026-11-05T07:30:00Z");
    stepping.asking = ask_new(&ask);
    book_few(scene);
    ask_scene_change(scene, "ALTER TABLE session_hour RENAME TO gone");
    assert_false(ask_scene_read(scene, run_step, &stepping));
    ask_scene_change(scene, "ALTER TABLE gone RENAME TO session_hour");
    while (!stepping.answer.done)
        assert_true(ask_scene_read(scene, run_step, &stepping));
    assert_int_equal(stepping.answer.count, 3);
    assert_int_equal(stepping.answer.total[ASK_REQUESTS], 5);
    assert_int_equal(stepping.answer.rows[2].sums[ASK_REQUESTS], 1);
    ask_answer_done(&stepping.answer);
    ask_free(stepping.asking);
}

/* A transaction may be undone, and done again, after all was read. */
static void an_answer_stays_as_it_is(void **state)
{
    struct ask_scene *scene = *state;
    static const struct ask_booked old = { .ended = "2025-11-05T07:10:00Z",
                                           .key_id = 1,
                                           .key = "alice",
                                           .session = "s1",
                                           .cost = 7 };
    struct ask ask = ask_scene_all(scene, ASK_BY_SESSION);
    struct stepping stepping = { .asking = ask_new(&ask) };

    ask_scene_book(scene, &old, 1);
    book_few(scene);
    while (!stepping.answer.done) {
        script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BUSY, 1);
        assert_true(ask_scene_read(scene, run_step, &stepping));
    }
    assert_true(stepping.steps > 20);
    assert_int_equal(stepping.answer.total[ASK_REQUESTS], 7);
    assert_int_equal(stepping.answer.rows[0].sums[ASK_COST_MICROUSD], 1000);
    ask_answer_done(&stepping.answer);
    ask_free(stepping.asking);
}

/* Retention takes bookings away, and the hours that lead to them; sums stay. */
static void sums_outlive_bookings(void **state)
{
    struct ask_scene *scene = *state;
    struct ask ask = ask_scene_all(scene, ASK_BY_HOUR);

    book_few(scene);
    ask_scene_change(scene, "DELETE FROM booking WHERE id < 5");
    ask_scene_change(scene, "DELETE FROM hour WHERE hour_s < 1793900000");
    ask_scene_change(scene, "DELETE FROM session_hour WHERE session = 1");
    ask_scene_change(scene, "DELETE FROM session_day WHERE session = 1");
    ask_scene_asserts(scene, &ask,
                      "2026-11-05T07:00:00Z 2 11; 2026-11-05T18:00:00Z 2 100; "
                      "2026-11-06T00:00:00Z 1 0; "
                      "2026-11-09T12:00:00Z 1 1000; all 6 1111");
    ask.by = ASK_BY_SESSION;
    ask_scene_asserts(scene, &ask, "s2 2 1000;  4 111; all 6 1111");
}

static void an_empty_database_has_used_nothing(void **state)
{
    struct ask_scene *scene = *state;

    for (enum ask_by by = 0; by < ASK_BYS; by++) {
        const struct ask ask = ask_scene_all(scene, by);

        ask_scene_asserts(scene, &ask, "all 0 0");
    }
}

/* ---- against counting one by one ------------------------------------------ */

#define MANY 600
static char times[MANY][TEXT_TIME_MAX];
static char sessions[MANY][8];
static struct ask_booked many[MANY];
static const char *const names[] = { "a", "b", "c", "d" };

static uint64_t next_random(uint64_t *random, uint64_t below)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (*random >> 33) % below;
}

static void book_many(struct ask_scene *scene, uint64_t *random)
{
    for (size_t i = 0; i < MANY; i++) {
        unsigned key = (unsigned)next_random(random, 4);
        uint64_t at_ms = 1795996800000u + next_random(random, 400000000);

        text_format_time(at_ms, times[i]);
        (void)snprintf(sessions[i], sizeof(sessions[i]), "s%u",
                       (unsigned)next_random(random, 9));
        many[i] = (struct ask_booked){
            .ended = times[i],
            .key_id = key + 1,
            .key = names[key],
            .owner = names[key / 2],
            .group_id = key / 3 + 1,
            .group = names[key / 3],
            .account = names[next_random(random, 4)],
            .model = names[next_random(random, 4)],
            .session = next_random(random, 3) ? sessions[i] : NULL,
            .cost = (unsigned)next_random(random, 1000),
        };
    }
    ask_scene_book(scene, many, MANY);
}

static const char *name_of(const struct ask_booked *booked, enum ask_by by)
{
    switch (by) {
    case ASK_BY_KEY:
        return booked->key;
    case ASK_BY_GROUP:
        return booked->group;
    case ASK_BY_OWNER:
        return booked->owner;
    case ASK_BY_ACCOUNT:
        return booked->account;
    case ASK_BY_MODEL:
        return booked->model;
    case ASK_BY_SESSION:
    case ASK_BY_DAY:
    case ASK_BY_HOUR:
    case ASK_BYS:
        break;
    }
    return "";
}

static bool is_counted(const struct ask_booked *booked, const struct ask *ask)
{
    uint64_t at_ms = ask_scene_ms(booked->ended);

    return at_ms >= ask->filter.since_ms && at_ms < ask->filter.until_ms &&
           (!ask_has_empty(ask->filter.session) || !booked->session);
}

static void check_row(const struct ask *ask, const struct ask_row *row)
{
    int64_t requests = 0;
    int64_t cost = 0;

    for (size_t i = 0; i < MANY; i++) {
        if (!is_counted(&many[i], ask) ||
            !str_eq(str_of(name_of(&many[i], ask->by)), row->name))
            continue;
        requests++;
        cost += many[i].cost;
    }
    assert_int_equal(row->sums[ASK_REQUESTS], requests);
    assert_int_equal(row->sums[ASK_COST_MICROUSD], cost);
}

static void check(struct ask_scene *scene, const struct ask *ask)
{
    struct ask_answer answer;
    int64_t cost = 0;

    assert_true(ask_scene_ask(scene, ask, &answer));
    for (size_t i = 0; i < answer.count && ask->by < ASK_BY_DAY; i++)
        check_row(ask, &answer.rows[i]);
    for (size_t i = 0; i < MANY; i++)
        cost += is_counted(&many[i], ask) ? many[i].cost : 0;
    assert_int_equal(answer.total[ASK_COST_MICROUSD], cost);
    ask_answer_done(&answer);
}

static void any_stretch_of_time_is_exact(void **state)
{
    struct ask_scene *scene = *state;
    uint64_t random = 3;

    book_many(scene, &random);
    for (size_t i = 0; i < 240; i++) {
        struct ask ask = ask_scene_all(scene, (enum ask_by)(i % ASK_BYS));

        ask.filter.since_ms = 1795996800000u + next_random(&random, 300000000);
        if (i % 5 > 0)
            ask.filter.until_ms =
                ask.filter.since_ms + next_random(&random, 200000000);
        check(scene, &ask);
        ask.filter.session = STR("");
        if (ask_is_possible(&ask, &scene->err))
            check(scene, &ask);
    }
}

static void words_are_those_of_the_api(void **state)
{
    (void)state;
    for (enum ask_by by = 0; by < ASK_BYS; by++)
        assert_int_equal(ask_by_of(str_of(ask_by_word(by))), by);
    assert_int_equal(ask_by_of(STR("month")), ASK_BYS);
    assert_string_equal(ask_sum_name(ASK_CACHE_READ),
                        "cache_read_input_tokens");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(everything_by_anything),
        ASK_TEST(filters_go_together),
        ASK_TEST(what_failed_and_what_has_no_price_is_counted),
        ASK_TEST(rows_are_cut_and_the_total_is_not),
        ASK_TEST(sessions_know_no_groups_and_days),
        ASK_TEST(days_are_those_of_the_sums),
        ASK_TEST(after_a_failure_it_begins_afresh),
        ASK_TEST(an_answer_stays_as_it_is),
        ASK_TEST(sums_outlive_bookings),
        ASK_TEST(an_empty_database_has_used_nothing),
        ASK_TEST(any_stretch_of_time_is_exact),
        cmocka_unit_test(words_are_those_of_the_api),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
