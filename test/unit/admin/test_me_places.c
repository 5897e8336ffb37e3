// SPDX-License-Identifier: MIT
/* No holder of a key takes the places of others. */
#include "admin/me_places.h"

#include "unit.h"

static void a_key_has_few_of_them(void **state)
{
    struct me_places places = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < ME_PLACES_OF_KEY; i++)
        assert_true(me_places_take(&places, 1));
    assert_false(me_places_take(&places, 1));
    assert_true(me_places_take(&places, 2));
    me_places_give_back(&places, 1);
    assert_true(me_places_take(&places, 1));
    assert_false(me_places_take(&places, 1));
}

static void all_have_so_many(void **state)
{
    struct me_places places = { .count = 0 };

    (void)state;
    for (uint64_t key = 1; key <= ME_PLACES; key++)
        assert_true(me_places_take(&places, key));
    assert_false(me_places_take(&places, ME_PLACES + 1));
    me_places_give_back(&places, 1);
    assert_true(me_places_take(&places, ME_PLACES + 1));
    for (uint64_t key = 2; key <= ME_PLACES + 1; key++)
        me_places_give_back(&places, key);
    assert_int_equal(places.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_has_few_of_them),
        cmocka_unit_test(all_have_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
