// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, by model. */
#include "usage/reprice_tally.h"

#include <stdio.h>

#include "unit.h"

static void models_are_summed_up(void **state)
{
    struct reprice_tally tally = { .count = 0 };
    struct reprice_tally all = { .count = 0 };

    (void)state;
    reprice_tally_add(&tally,
                      &(struct reprice_change){ STR("a"), true, true, 5, 7 });
    reprice_tally_add(&tally,
                      &(struct reprice_change){ STR("b"), false, false, 0, 0 });
    reprice_tally_add(&tally,
                      &(struct reprice_change){ STR("a"), true, true, 5, 5 });
    reprice_tally_add(&tally,
                      &(struct reprice_change){ STR("a"), false, true, 0, 0 });
    reprice_tally_merge(&all, &tally);
    reprice_tally_merge(&all, &tally);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.at[0].model, "a");
    assert_int_equal(all.at[0].requests, 6);
    assert_int_equal(all.at[0].changed, 4);
    assert_int_equal(all.at[0].unpriced, 0);
    assert_int_equal(all.at[0].before_microusd, 20);
    assert_int_equal(all.at[0].after_microusd, 24);
    assert_int_equal(all.at[1].unpriced, 2);
    assert_int_equal(all.at[1].changed, 0);
    reprice_tally_done(&all);
    reprice_tally_done(&tally);
}

/* Models are named by clients. */
static void there_is_room_for_so_many(void **state)
{
    struct reprice_tally tally = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < 2 * REPRICE_MODELS_MAX; i++) {
        char name[20];

        (void)snprintf(name, sizeof(name), "m%zu", i);
        reprice_tally_add(&tally, &(struct reprice_change){ str_of(name), true,
                                                            true, 1, 1 });
    }
    assert_int_equal(tally.count, REPRICE_MODELS_MAX + 1);
    assert_string_equal(tally.at[REPRICE_MODELS_MAX].model, "?");
    assert_int_equal(tally.at[REPRICE_MODELS_MAX].requests, REPRICE_MODELS_MAX);
    reprice_tally_done(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_summed_up),
        cmocka_unit_test(there_is_room_for_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
