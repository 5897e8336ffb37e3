// SPDX-License-Identifier: MIT
/* team/admission: what somebody would be told. */
#include "team/admission.h"

#include "desk_scene.h"

/* Each limit, as it is when it refuses; and nobody sees that it was asked. */
static void a_look_takes_nothing(void **state)
{
    struct admission admission = { .state = ADMISSION_NONE };
    struct counters_view view;
    struct admission_ask ask;

    (void)state;
    desk.key.limits.at[LIMIT_RPM] = 1;
    desk.key.limits.at[LIMIT_RPD] = 1;
    ask = counter_desk_ask(&desk);
    for (int i = 0; i < 3; i++)
        assert_int_equal(admission_look(&ask, desk.now, &desk.why),
                         ADMISSION_GRANTED);
    counter_desk_expect_free(&desk);
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    counter_desk_settle(&desk, &admission);
    assert_int_equal(admission_look(&ask, desk.now, &desk.why),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.limit, LIMIT_RPD);
    assert_true(desk.why.opens_ms > desk.now.wall_ms);
    counters_view(desk.key.counters, &desk.key.limits, NULL, desk.now, &view);
    assert_false(view.at[LIMIT_RPD].full);
    counter_desk_expect_free(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_look_takes_nothing, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
