// SPDX-License-Identifier: MIT
/* Which account serves, and why not the others. */
#include "account/choice.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define ROWS_MAX 16
#define SPARE 1000000

static struct choice_row row(const char *name)
{
    return (
        struct choice_row){ .name = str_of(name),
                            .health = { .state = HEALTH_READY, .cause = "" },
                            .allowed = true,
                            .weight = CHOICE_WEIGHT,
                            .spare_ppm = SPARE };
}

static struct choice_row paused(const char *name, uint64_t until_ms, bool soft)
{
    struct choice_row paused = row(name);

    paused.health.state = HEALTH_PAUSED;
    paused.health.until_ms = until_ms;
    paused.health.soft = soft;
    return paused;
}

/* The reasons of the last one. */
static enum choice_why whys[ROWS_MAX];

static size_t choose(const struct choice_row *rows, size_t count,
                     uint64_t session, size_t bound, uint64_t random)
{
    return choice_of(&(struct choice_ask){ .rows = rows,
                                           .count = count,
                                           .session = session,
                                           .bound = bound,
                                           .random = random },
                     whys);
}

static uint64_t seed = 20261129;

static uint64_t next_random(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed ^ seed >> 29;
}

/* ---- one reason each -------------------------------------------------------- */

static void each_reason_leaves_one_out(void **state)
{
    struct choice_row rows[] = { row("a"), row("b"),
                                 row("c"), row("d"),
                                 row("e"), row("f"),
                                 row("g"), paused("h", 9, false),
                                 row("i") };
    static const enum choice_why want[] = { CHOICE_NOT_ALLOWED, CHOICE_TRIED,
                                            CHOICE_STOPPED,     CHOICE_FULL,
                                            CHOICE_NO_MODEL,    CHOICE_PRIORITY,
                                            CHOICE_FINE,        CHOICE_PAUSED,
                                            CHOICE_NOT_OWNER };

    (void)state;
    rows[0].allowed = false;
    rows[1].tried = true;
    rows[2].health.state = HEALTH_BLOCKED;
    rows[3].full = true;
    rows[4].no_model = true;
    rows[5].priority = -1;
    rows[8].foreign = true;
    assert_int_equal(choose(rows, 9, 0, CHOICE_NONE, 1), 6);
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(choice_why_word(whys[i]), choice_why_word(want[i]));
}

static void nobody_is_left(void **state)
{
    struct choice_row rows[] = { paused("a", 9, false), row("b") };

    (void)state;
    rows[1].health.state = HEALTH_LOGIN_REQUIRED;
    assert_int_equal(choose(rows, 2, 5, 0, 1), CHOICE_NONE);
    assert_int_equal(whys[0], CHOICE_PAUSED);
    assert_int_equal(whys[1], CHOICE_STOPPED);
    assert_int_equal(choose(rows, 0, 5, CHOICE_NONE, 1), CHOICE_NONE);
}

/* What it would take to serve comes before how it is at the moment. */
static void no_model_comes_before_a_pause(void **state)
{
    struct choice_row rows[] = { paused("a", 9, false), row("b"), row("c") };

    (void)state;
    rows[0].no_model = rows[1].no_model = rows[2].no_model = true;
    rows[1].tried = rows[2].foreign = true;
    assert_int_equal(choose(rows, 3, 0, CHOICE_NONE, 1), CHOICE_NONE);
    assert_int_equal(whys[0], CHOICE_NO_MODEL);
    assert_int_equal(whys[1], CHOICE_NO_MODEL);
    assert_int_equal(whys[2], CHOICE_NOT_OWNER);
}

/* Of a session that is bound, too; softly paused or not. */
static void only_the_owner_serves(void **state)
{
    struct choice_row rows[] = { row("a"), paused("b", 9, true), row("c") };

    (void)state;
    rows[0].foreign = rows[2].foreign = true;
    assert_int_equal(choose(rows, 3, 7, 0, 1), 1);
    rows[1].tried = true;
    assert_int_equal(choose(rows, 3, 7, 0, 1), CHOICE_NONE);
    assert_int_equal(whys[0], CHOICE_NOT_OWNER);
    assert_int_equal(whys[1], CHOICE_TRIED);
}

/* A guess is better than nothing, the one that ends first, whatever its priority. */
static void a_softly_stopped_one_comes_after_them(void **state)
{
    struct choice_row rows[] = { row("a"), paused("b", 2000, true), row("c") };

    (void)state;
    rows[0].health =
        (struct health_view){ .state = HEALTH_LOGIN_REQUIRED, .soft = true };
    assert_int_equal(choose(rows, 3, 7, 0, 0), 2);
    assert_int_equal(whys[0], CHOICE_LATER);
    assert_int_equal(choose(rows, 2, 0, CHOICE_NONE, 0), 1);
    assert_int_equal(choose(rows, 1, 0, CHOICE_NONE, 0), 0);
    rows[0].health.soft = false;
    assert_int_equal(choose(rows, 1, 0, CHOICE_NONE, 0), CHOICE_NONE);
    assert_int_equal(whys[0], CHOICE_STOPPED);
}

static void softly_paused_ones_come_last(void **state)
{
    struct choice_row rows[] = { paused("a", 20, true), paused("b", 10, true),
                                 row("c") };

    (void)state;
    assert_int_equal(choose(rows, 3, 7, 0, 1), 2);
    assert_int_equal(whys[0], CHOICE_LATER);
    for (uint64_t random = 0; random < 20; random++)
        assert_int_equal(choose(rows, 2, 0, CHOICE_NONE, random), 1);
}

/* ---- sessions ---------------------------------------------------------------- */

static void a_session_stays_where_it_is_bound(void **state)
{
    struct choice_row rows[] = { row("a"), row("b"), row("c") };

    (void)state;
    rows[2].priority = 5;
    for (size_t bound = 0; bound < 3; bound++)
        assert_int_equal(choose(rows, 3, 77, bound, 1), bound);
    /* Unless that one cannot serve: the highest priority, as for a new one. */
    rows[0].full = true;
    assert_int_equal(choose(rows, 3, 77, 0, 1), 2);
}

static size_t home_of(const struct choice_row *rows, size_t count,
                      uint64_t session)
{

    return choose(rows, count, session, CHOICE_NONE, next_random());
}

/* By weight, as long as a fifth remains; and one more moves only its own. */
static void new_sessions_are_shared_out(void **state)
{
    struct choice_row rows[] = { row("a"), row("b"), row("c"), row("d") };
    size_t counts[4] = { 0 };
    size_t moved = 0;

    (void)state;
    rows[1].weight = 300;
    rows[1].spare_ppm = SPARE / 5;
    for (size_t i = 0; i < 10000; i++) {
        uint64_t session = next_random();
        size_t home = home_of(rows, 3, session);
        size_t later = home_of(rows, 4, session);

        assert_int_equal(home_of(rows, 3, session), home);
        counts[home]++;
        if (later != home) {
            assert_int_equal(later, 3);
            moved++;
        }
    }
    assert_true(counts[0] > 1800 && counts[0] < 2200);
    assert_true(counts[1] > 5800 && counts[1] < 6200);
    assert_true(counts[2] > 1800 && counts[2] < 2200);
    assert_true(moved > 1500 && moved < 1850);
}

static void few_new_sessions_come_where_little_remains(void **state)
{
    struct choice_row rows[] = { row("a"), row("b") };
    size_t counts[2] = { 0 };

    (void)state;
    rows[1].spare_ppm = SPARE / 100;
    for (size_t i = 0; i < 10000; i++)
        counts[home_of(rows, 2, next_random())]++;
    assert_true(counts[1] > 350 && counts[1] < 620);
    rows[1].spare_ppm = 0;
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(home_of(rows, 2, next_random()), 0);
}

/* ---- without one -------------------------------------------------------------- */

static void what_remains_is_used_up_evenly(void **state)
{
    struct choice_row rows[] = { row("a"), row("b"), row("c") };
    size_t counts[3] = { 0 };

    (void)state;
    rows[0].spare_ppm = SPARE / 4;
    rows[2].weight = 0; /* only if nobody else is left */
    for (size_t i = 0; i < 10000; i++)
        counts[choose(rows, 3, 0, CHOICE_NONE, next_random())]++;
    assert_true(counts[0] > 1800 && counts[0] < 2200);
    assert_int_equal(counts[2], 0);
    rows[0].full = rows[1].full = true;
    assert_int_equal(choose(rows, 3, 0, CHOICE_NONE, 1), 2);
}

/* ---- anything ------------------------------------------------------------------ */

static struct choice_row any_row(void)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    struct choice_row any = row(names[next_random() % 5]);

    any.allowed = next_random() % 4;
    any.tried = next_random() % 5 == 0;
    any.full = next_random() % 5 == 0;
    any.no_model = next_random() % 5 == 0;
    any.priority = (int64_t)(next_random() % 3) - 1;
    any.weight = next_random() % 3 * 50;
    any.spare_ppm = next_random() % 2 * SPARE;
    any.health.state = (enum health_state)(next_random() % HEALTH_STATES);
    any.health.soft = next_random() % 2;
    any.health.until_ms = next_random() % 5;
    return any;
}

static bool can_serve(const struct choice_row *row)
{
    return row->allowed && !row->tried && !row->full && !row->no_model &&
           (row->health.state == HEALTH_READY || row->health.soft);
}

/* One that can serve is chosen if there is one, and each other has a reason. */
static void somebody_serves_if_anybody_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        struct choice_row rows[ROWS_MAX];
        size_t count = next_random() % (ROWS_MAX + 1);
        bool any = false;
        size_t chosen;

        for (size_t k = 0; k < count; k++) {
            rows[k] = any_row();
            any |= can_serve(&rows[k]);
        }
        chosen = choose(rows, count, next_random() % 2 * next_random(),
                        next_random() % 2 && count > 0 ? next_random() % count
                                                       : CHOICE_NONE,
                        next_random());
        assert_int_equal(chosen != CHOICE_NONE, any);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(whys[k] == CHOICE_FINE, k == chosen);
            assert_true(k != chosen || can_serve(&rows[k]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_leaves_one_out),
        cmocka_unit_test(nobody_is_left),
        cmocka_unit_test(no_model_comes_before_a_pause),
        cmocka_unit_test(only_the_owner_serves),
        cmocka_unit_test(softly_paused_ones_come_last),
        cmocka_unit_test(a_softly_stopped_one_comes_after_them),
        cmocka_unit_test(a_session_stays_where_it_is_bound),
        cmocka_unit_test(new_sessions_are_shared_out),
        cmocka_unit_test(few_new_sessions_come_where_little_remains),
        cmocka_unit_test(what_remains_is_used_up_evenly),
        cmocka_unit_test(somebody_serves_if_anybody_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
