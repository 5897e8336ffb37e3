// SPDX-License-Identifier: MIT
/* Holders of keys ask in turns. */
#include "admin/me_turns.h"

#include "unit.h"

static void each_key_has_one_turn_and_all_have_few(void **state)
{
    struct me_turns *turns = me_turns_new();

    (void)state;
    for (uint64_t key = 1; key <= ME_TURNS; key++) {
        assert_true(me_turns_take(turns, key));
        assert_false(me_turns_take(turns, key));
    }
    assert_false(me_turns_take(turns, ME_TURNS + 1));
    me_turns_give_back(turns, 1);
    assert_false(me_turns_take(turns, 2));
    assert_true(me_turns_take(turns, 1));
    me_turns_give_back(turns, 1);
    assert_true(me_turns_take(turns, ME_TURNS + 1));
    me_turns_free(turns);
    me_turns_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_has_one_turn_and_all_have_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
