// SPDX-License-Identifier: MIT
/* team/counters, its saving: nothing is lost, nothing counted twice. */
#include "team/counters.h"

#include "desk.h"

static struct unsaved *unsaved;
static struct counter_desk desk;

static int set_up(void **state)
{
    (void)state;
    unsaved = unsaved_new();
    counter_desk_open(&desk, false);
    counters_unref(desk.key.counters);
    desk.key.counters = counters_new(unsaved, SUBJECT_OF_KEY(7));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unsaved_free(unsaved);
    counter_desk_close(&desk);
    return 0;
}

static void one_request(void)
{
    struct admission admission;

    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    counter_desk_settle(&desk, &admission);
}

/* Those of the key are next, and no others. */
static void next_is_the_key(void)
{
    struct counters *next = unsaved_next(unsaved);

    assert_ptr_equal(next, desk.key.counters);
    counters_unref(next);
    assert_null(unsaved_next(unsaved));
}

static void what_is_counted_is_to_be_saved_once(void **state)
{
    struct counters_unsaved out;

    (void)state;
    assert_null(unsaved_next(unsaved));
    assert_false(counters_take_unsaved(desk.key.counters, true, &out));
    one_request();
    one_request();
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.subject, 14);
    assert_int_equal(out.quarter_count, 1);
    assert_int_equal(out.quarters[0].start_s, MONDAY / 1000);
    assert_int_equal(out.quarters[0].use.requests, 2);
    assert_int_equal(out.total.cost_microusd, 400000);
    counters_saved(desk.key.counters, true);
    assert_null(unsaved_next(unsaved));
    assert_false(counters_take_unsaved(desk.key.counters, true, &out));
}

static void what_comes_while_saving_follows(void **state)
{
    struct counters_unsaved out;

    (void)state;
    one_request();
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    one_request();
    next_is_the_key();
    assert_false(counters_take_unsaved(desk.key.counters, true, &out));
    counters_saved(desk.key.counters, true);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.total.requests, 1);
    counters_saved(desk.key.counters, true);
}

static void what_could_not_be_saved_comes_again(void **state)
{
    struct counters_unsaved out;

    (void)state;
    one_request();
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    one_request();
    counters_saved(desk.key.counters, false);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.quarter_count, 1);
    assert_int_equal(out.total.requests, 2);
    counters_saved(desk.key.counters, true);
}

/* A database that is away for longer than one message holds. */
static void many_quarters_are_taken_in_parts(void **state)
{
    struct counters_unsaved out;
    struct use sum = { .requests = 0 };
    size_t parts = 0;

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        one_request();
        counter_desk_pass(&desk, 15 * MINUTE_MS);
    }
    while (counters_take_unsaved(desk.key.counters, true, &out)) {
        use_add(&sum, &out.total);
        counters_saved(desk.key.counters, true);
        parts++;
    }
    assert_int_equal(sum.requests, 20);
    assert_int_equal(parts, 3);
}

static void histories_are_saved_whole(void **state)
{
    const struct estimate_truth truth = { .body_bytes = 10,
                                          .cost_out_microusd = 7 };
    struct counters_unsaved out;

    (void)state;
    counters_learn(desk.key.counters, STR("m"), &truth);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.quarter_count, 0);
    assert_int_equal(out.history_count, 1);
    assert_int_equal(out.histories[0].requests, 1);
    counters_learn(desk.key.counters, STR("m"), &truth);
    assert_null(unsaved_next(unsaved));
    counters_saved(desk.key.counters, true);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.histories[0].requests, 2);
    counters_saved(desk.key.counters, false);
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    counters_saved(desk.key.counters, true);
    assert_false(counters_take_unsaved(desk.key.counters, true, &out));
}

static void what_was_loaded_counts_and_is_not_saved_again(void **state)
{
    const struct use_quarter row = { .start_s = MONDAY / 1000 - 900,
                                     .use = { 3, 0, 0, 600000 } };
    const struct use total = { 100, 0, 0, 9000000 };
    const struct history history = { .model = "m", .requests = 5 };
    struct counters_unsaved out;
    struct counters_view view;
    struct history found;

    (void)state;
    counters_load_quarter(desk.key.counters, &row);
    counters_load_total(desk.key.counters, &total);
    counters_load_history(desk.key.counters, &history);
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_COST_5H].used, 600000);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 0); /* it was Sunday */
    assert_int_equal(view.at[LIMIT_COST_MONTH].used, 600000);
    assert_int_equal(view.at[LIMIT_COST_TOTAL].used, 9000000);
    assert_true(counters_history(desk.key.counters, STR("m"), &found));
    assert_int_equal(found.requests, 5);
    assert_null(unsaved_next(unsaved));
    assert_false(counters_take_unsaved(desk.key.counters, true, &out));
}

static void the_last_is_taken_beside_what_is_being_saved(void **state)
{
    const struct estimate_truth truth = { .body_bytes = 10 };
    struct counters_unsaved out;

    (void)state;
    assert_false(counters_take_last(desk.key.counters, &out));
    one_request();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_false(counters_take_last(desk.key.counters, &out));
    one_request();
    counters_learn(desk.key.counters, STR("m"), &truth);
    assert_true(counters_take_last(desk.key.counters, &out));
    assert_int_equal(out.total.requests, 1);
    assert_int_equal(out.history_count, 1);
    assert_false(counters_take_last(desk.key.counters, &out));
    counters_saved(desk.key.counters, true);
    assert_false(counters_take_last(desk.key.counters, &out));
}

static void histories_may_wait(void **state)
{
    const struct estimate_truth truth = { .body_bytes = 10 };
    struct counters_unsaved out;

    (void)state;
    one_request();
    counters_learn(desk.key.counters, STR("m"), &truth);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, false, &out));
    assert_int_equal(out.total.requests, 1);
    assert_int_equal(out.history_count, 0);
    counters_saved(desk.key.counters, true);
    /* it still has that, and nothing else */
    next_is_the_key();
    assert_false(counters_take_unsaved(desk.key.counters, false, &out));
    assert_true(counters_again(desk.key.counters));
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.history_count, 1);
    counters_saved(desk.key.counters, false);
    /* one that failed is not saved by what goes without it */
    one_request();
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, false, &out));
    counters_saved(desk.key.counters, true);
    next_is_the_key();
    assert_true(counters_take_unsaved(desk.key.counters, true, &out));
    assert_int_equal(out.history_count, 1);
    counters_saved(desk.key.counters, true);
    assert_false(counters_again(desk.key.counters));
    assert_null(unsaved_next(unsaved));
}

/* A key that is removed while it has something to be saved. */
static void the_list_keeps_its_counters(void **state)
{
    struct counters_unsaved out;
    struct counters *next;

    (void)state;
    one_request();
    counters_unref(desk.key.counters);
    desk.key.counters = NULL;
    next = unsaved_next(unsaved);
    assert_true(counters_take_unsaved(next, true, &out));
    assert_int_equal(out.total.requests, 1);
    counters_saved(next, false);
    counters_unref(next);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_counted_is_to_be_saved_once),
        TEST(histories_may_wait),
        TEST(what_comes_while_saving_follows),
        TEST(what_could_not_be_saved_comes_again),
        TEST(many_quarters_are_taken_in_parts),
        TEST(histories_are_saved_whole),
        TEST(what_was_loaded_counts_and_is_not_saved_again),
        TEST(the_last_is_taken_beside_what_is_being_saved),
        TEST(the_list_keeps_its_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
