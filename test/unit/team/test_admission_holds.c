// SPDX-License-Identifier: MIT
/* team/admission: what a request holds while it is under way. */
#include "team/admission.h"

#include "desk_scene.h"

static struct limit_view of_key(enum limit limit)
{
    return counter_desk_view(&desk, &desk.key).at[limit];
}

static struct limit_view of_group(enum limit limit)
{
    return counter_desk_view(&desk, &desk.group).at[limit];
}

static void refused_by(enum limit limit, uint64_t reserved)
{
    struct admission admission;

    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.limit, limit);
    assert_int_equal(desk.why.reserved, reserved);
}

/* As much as has come by then, of the key and of its group. */
static void more_output_is_held_as_it_comes(void **state)
{
    struct admission admission;

    (void)state;
    desk.group.limits.at[LIMIT_TPM_OUT] = 1000;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    admission_correct(&admission,
                      &(struct admission_hold){ 100, 991, 200000, false });
    assert_int_equal(of_key(LIMIT_TPM_OUT).reserved, 991);
    refused_by(LIMIT_TPM_OUT, 991);
    admission_settle(&admission,
                     &(struct admission_truth){ .tokens_out = 999,
                                                .sent = true },
                     desk.now);
    counter_desk_expect_free(&desk);
    assert_int_equal(of_group(LIMIT_TPM_OUT).used, 999);
}

static void hold_whole(struct admission *admission)
{
    struct admission_ask ask = counter_desk_ask(&desk);

    *admission = (struct admission){ .state = ADMISSION_NONE };
    ask.whole = true;
    assert_int_equal(admission_reserve(admission, &ask, desk.now, &desk.why),
                     ADMISSION_GRANTED);
}

/* Of each limit of both sides, also of those that are put on or raised meanwhile. */
static void one_that_may_cost_anything_holds_all_that_is_left(void **state)
{
    struct admission admission;

    (void)state;
    desk.group.limits.at[LIMIT_COST_TOTAL] = 1000000;
    hold_whole(&admission);
    refused_by(LIMIT_COST_TOTAL, 1000000);
    assert_int_equal(of_group(LIMIT_COST_TOTAL).reserved, 1000000);
    desk.group.limits.at[LIMIT_COST_TOTAL] = 2000000;
    refused_by(LIMIT_COST_TOTAL, 2000000);
    desk.group.limits.at[LIMIT_COST_TOTAL] = LIMIT_NONE;
    desk.key.limits.at[LIMIT_COST_5H] = 400000;
    refused_by(LIMIT_COST_5H, 400000);
    /* What is not limited is held as it is. */
    assert_int_equal(of_key(LIMIT_COST_DAY).reserved, 200000);
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
    assert_int_equal(of_key(LIMIT_COST_5H).used, 200000);
}

/* Money is held, and nothing else. */
static void what_costs_nothing_goes_beside_it(void **state)
{
    struct admission_ask ask = counter_desk_ask(&desk);
    struct admission free_one = { .state = ADMISSION_NONE };
    struct admission admission;

    (void)state;
    desk.key.limits.at[LIMIT_COST_TOTAL] = 1000000;
    hold_whole(&admission);
    ask.cost_microusd = 0;
    assert_int_equal(admission_reserve(&free_one, &ask, desk.now, &desk.why),
                     ADMISSION_GRANTED);
    counter_desk_cancel(&desk, &free_one);
    counter_desk_cancel(&desk, &admission);
    counter_desk_expect_free(&desk);
}

static void its_truth_lets_others_go_on(void **state)
{
    struct admission admission;
    struct admission other;

    (void)state;
    desk.key.limits.at[LIMIT_COST_TOTAL] = 1000000;
    hold_whole(&admission);
    admission_correct(&admission,
                      &(struct admission_hold){ 100, 10, 300000, false });
    assert_int_equal(of_key(LIMIT_COST_TOTAL).reserved, 300000);
    assert_int_equal(counter_desk_reserve(&desk, &other), ADMISSION_GRANTED);
    counter_desk_settle(&desk, &other);
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(more_output_is_held_as_it_comes),
        TEST(one_that_may_cost_anything_holds_all_that_is_left),
        TEST(what_costs_nothing_goes_beside_it),
        TEST(its_truth_lets_others_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
