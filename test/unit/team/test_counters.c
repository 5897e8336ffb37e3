// SPDX-License-Identifier: MIT
/* team/counters: every window counts, whatever is limited, and shows it. */
#include "team/counters.h"

#include <stdio.h>

#include "desk_scene.h"

static void one_request(void)
{
    struct admission admission;

    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    counter_desk_settle(&desk, &admission);
}

static void every_window_counts_without_a_limit(void **state)
{
    struct counters_view view;

    (void)state;
    one_request();
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_RPD].used, 1);
    for (size_t i = LIMIT_COST_5H; i <= LIMIT_COST_TOTAL; i++) {
        assert_int_equal(view.at[i].used, 200000);
        assert_true(view.at[i].limit == LIMIT_NONE);
    }
    assert_int_equal(view.total.requests, 1);
    assert_int_equal(view.total.tokens_in, 100);
    assert_int_equal(view.total.tokens_out, 10);
    view = counter_desk_view(&desk, &desk.group);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 200000);
}

/* From its calendar window: not from zero, not from all time. */
static void a_budget_that_is_set_later_counts_from_its_window(void **state)
{
    struct counters_view view;

    (void)state;
    one_request();
    counter_desk_pass(&desk, DAY_MS); /* Tuesday, 1 December */
    one_request();
    desk.key.limits.at[LIMIT_COST_DAY] = 1000000;
    desk.key.limits.at[LIMIT_COST_WEEK] = 1000000;
    desk.key.limits.at[LIMIT_COST_MONTH] = 1000000;
    desk.key.limits.at[LIMIT_COST_TOTAL] = 1000000;
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_COST_5H].used, 200000);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 200000);
    assert_int_equal(view.at[LIMIT_COST_WEEK].used, 400000);
    assert_int_equal(view.at[LIMIT_COST_MONTH].used, 200000);
    assert_int_equal(view.at[LIMIT_COST_TOTAL].used, 400000);
    desk.key.limits.at[LIMIT_COST_WEEK] = 500000;
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_COST_WEEK].used, 400000);
    assert_int_equal(view.at[LIMIT_COST_WEEK].limit, 500000);
}

static void a_view_says_when_something_opens(void **state)
{
    struct counters_view view = counter_desk_view(&desk, &desk.key);

    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        assert_true(view.at[i].opens_ms == 0 || i == LIMIT_RPD ||
                    i == LIMIT_COST_DAY || i == LIMIT_COST_WEEK ||
                    i == LIMIT_COST_MONTH);
    assert_int_equal(view.at[LIMIT_RPD].opens_ms, MONDAY + DAY_MS);
    desk.key.limits.at[LIMIT_RPM] = 10;
    one_request();
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_RPM].used, 1);
    assert_int_equal(view.at[LIMIT_RPM].opens_ms, MONDAY + 61000);
    assert_int_equal(view.at[LIMIT_RPD].opens_ms, MONDAY + DAY_MS);
    assert_int_equal(view.at[LIMIT_COST_5H].opens_ms,
                     MONDAY + 5 * HOUR_MS + 15 * MINUTE_MS);
    assert_int_equal(view.at[LIMIT_COST_DAY].opens_ms, MONDAY + DAY_MS);
    assert_int_equal(view.at[LIMIT_COST_WEEK].opens_ms, MONDAY + 7 * DAY_MS);
    assert_int_equal(view.at[LIMIT_COST_MONTH].opens_ms, MONDAY + DAY_MS);
    assert_int_equal(view.at[LIMIT_COST_TOTAL].opens_ms, 0);
    assert_int_equal(view.at[LIMIT_CONCURRENCY].opens_ms, 0);
}

static void what_runs_is_shown_as_held(void **state)
{
    struct admission admission;
    struct counters_view view;

    (void)state;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_CONCURRENCY].used, 1);
    assert_int_equal(view.at[LIMIT_RPD].reserved, 1);
    assert_int_equal(view.at[LIMIT_TPM_OUT].reserved, 10);
    assert_int_equal(view.at[LIMIT_COST_DAY].reserved, 200000);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 0);
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
}

/* A month of quarter hours, each with use: the sums stay right, and what is older
   than a month goes. */
static void old_quarters_are_forgotten(void **state)
{
    struct counters_view view;

    (void)state;
    for (size_t i = 0; i < 40 * 96; i++) {
        one_request();
        counter_desk_pass(&desk, 15 * MINUTE_MS);
    }
    view = counter_desk_view(&desk, &desk.key);
    /* 40 days on is Saturday, 9 January, 00:00 */
    assert_int_equal(view.at[LIMIT_RPD].used, 0);
    assert_int_equal(view.at[LIMIT_COST_5H].used, 20 * 200000);
    assert_int_equal(view.at[LIMIT_COST_WEEK].used, 5 * 96 * 200000);
    assert_int_equal(view.at[LIMIT_COST_MONTH].used, 8 * 96 * 200000);
    assert_int_equal(view.at[LIMIT_COST_TOTAL].used, 40 * 96 * 200000ull);
}

/* What was booked meanwhile counts where it was booked, and nothing before it is
   forgotten. */
static void a_clock_that_jumps_ahead_and_back_loses_no_window(void **state)
{
    struct counters_view view;

    (void)state;
    one_request();
    counter_desk_pass(&desk, DAY_MS);
    one_request(); /* Tuesday, 1 December */
    desk.now.wall_ms += 365 * DAY_MS;
    one_request(); /* Wednesday, 1 December */
    view = counter_desk_view(&desk, &desk.key);
    for (size_t i = LIMIT_COST_5H; i < LIMIT_COST_TOTAL; i++)
        assert_int_equal(view.at[i].used, 200000);
    assert_int_equal(view.at[LIMIT_RPD].used, 1);
    desk.now.wall_ms -= 365 * DAY_MS;
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_COST_5H].used, 200000);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 200000);
    assert_int_equal(view.at[LIMIT_COST_WEEK].used, 400000);
    assert_int_equal(view.at[LIMIT_COST_MONTH].used, 200000);
    assert_int_equal(view.at[LIMIT_RPD].used, 1);
    assert_int_equal(view.at[LIMIT_COST_TOTAL].used, 600000);
}

static void histories_are_kept_by_model(void **state)
{
    const struct estimate_truth truth = { .body_bytes = 10,
                                          .cost_out_microusd = 7 };
    struct history history;
    char model[32];

    (void)state;
    assert_false(counters_history(desk.key.counters, STR("m0"), &history));
    for (int i = 0; i < 40; i++) {
        (void)snprintf(model, sizeof(model), "m%d", i);
        counters_learn(desk.key.counters, str_of(model), &truth);
        counters_learn(desk.key.counters, STR("often"), &truth);
    }
    assert_true(counters_history(desk.key.counters, STR("often"), &history));
    assert_int_equal(history.requests, 40);
    assert_string_equal(history.model, "often");
    assert_true(counters_history(desk.key.counters, STR("m39"), &history));
    assert_int_equal(history.requests, 1);
    assert_false(counters_history(desk.key.counters, STR("m3"), &history));
}

static void models_without_a_usable_name_are_not_learned(void **state)
{
    const struct estimate_truth truth = { .body_bytes = 10 };
    struct history history;
    char name[200];

    (void)state;
    memset(name, 'm', sizeof(name));
    counters_learn(desk.key.counters, (struct str){ name, 128 }, &truth);
    counters_learn(desk.key.counters, STR_EMPTY, &truth);
    counters_learn(desk.key.counters, STR("clau\xc3"), &truth);
    assert_false(
        counters_history(desk.key.counters, STR("clau\xc3"), &history));
    assert_false(counters_history(desk.key.counters, (struct str){ name, 128 },
                                  &history));
    counters_learn(desk.key.counters, (struct str){ name, 127 }, &truth);
    assert_true(counters_history(desk.key.counters, (struct str){ name, 127 },
                                 &history));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_window_counts_without_a_limit),
        TEST(a_budget_that_is_set_later_counts_from_its_window),
        TEST(a_view_says_when_something_opens),
        TEST(what_runs_is_shown_as_held),
        TEST(old_quarters_are_forgotten),
        TEST(a_clock_that_jumps_ahead_and_back_loses_no_window),
        TEST(histories_are_kept_by_model),
        TEST(models_without_a_usable_name_are_not_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
