// SPDX-License-Identifier: MIT
/* team/admission: more is held for a request under way, if there is room for it. */
#include "team/admission.h"

#include "base/macros.h"
#include "desk_scene.h"
#include "team/queue.h"

/* For two of counter_desk_ask(), and half a one. */
static const struct {
    enum limit limit;
    uint64_t at;
    size_t fit; /* beside the first one */
} rows[] = {
    { LIMIT_TPM_IN, 250, 1 },
    { LIMIT_TPM_OUT, 25, 1 },
    { LIMIT_COST_5H, 500000, 1 },
    { LIMIT_COST_DAY, 400000, 1 },
    { LIMIT_COST_WEEK, 500000, 1 },
    { LIMIT_COST_MONTH, 500000, 1 },
    { LIMIT_COST_TOTAL, 500000, 1 },
    { LIMIT_COST_TOTAL, 399999, 0 },
    /* it is no further request */
    { LIMIT_RPM, 1, 4 },
    { LIMIT_RPD, 1, 4 },
    { LIMIT_CONCURRENCY, 1, 4 },
};

static bool extend(struct admission *admission)
{
    struct admission_ask more = counter_desk_ask(&desk);

    return admission_extend(admission, &more, desk.now);
}

static void check(size_t row, struct side *side)
{
    struct admission admission;
    uint64_t all;

    side->limits.at[rows[row].limit] = rows[row].at;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(extend(&admission), i < rows[row].fit);
    all = 1 + rows[row].fit;
    assert_int_equal(admission.cost_microusd, all * 200000);
    for (size_t i = 0; i < 2; i++) {
        struct side *const sides[] = { &desk.key, &desk.group };
        struct counters_view view = counter_desk_view(&desk, sides[i]);

        assert_int_equal(view.at[LIMIT_COST_TOTAL].reserved, all * 200000);
        assert_int_equal(view.at[LIMIT_TPM_OUT].reserved, all * 10);
        assert_int_equal(view.at[LIMIT_CONCURRENCY].used, 1);
    }
    assert_true(side->limits.at[LIMIT_TPM_IN] == LIMIT_NONE ||
                counter_desk_view(&desk, side).at[LIMIT_TPM_IN].used ==
                    all * 100);
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
}

static void each_limit_has_room_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
        counter_desk_close(&desk);
        counter_desk_open(&desk, true);
        check(i / 2, i % 2 ? &desk.group : &desk.key);
    }
}

/* By limits that hold no more nobody is judged. */
static void not_after_a_change(void **state)
{
    struct admission admission;

    (void)state;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    queue_owner_changed(desk.group.counters, 1000);
    assert_false(extend(&admission));
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
}

static void what_is_free_needs_no_room(void **state)
{
    struct admission_ask ask = counter_desk_ask(&desk);
    struct admission admission = { .state = ADMISSION_NONE };

    (void)state;
    desk.key.limits.at[LIMIT_COST_DAY] = 0;
    ask.counted = false;
    assert_int_equal(admission_reserve(&admission, &ask, desk.now, &desk.why),
                     ADMISSION_GRANTED);
    assert_true(admission_extend(&admission, &ask, desk.now));
    counter_desk_settle(&desk, &admission);
    counter_desk_expect_free(&desk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_limit_has_room_or_not),
        TEST(not_after_a_change),
        TEST(what_is_free_needs_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
