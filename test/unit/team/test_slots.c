// SPDX-License-Identifier: MIT
/* The table of hashes. */
#include "team/slots.h"

#include "base/macros.h"
#include "unit.h"

static bool is_there(const struct slots *slots, uint64_t number,
                     const void *object)
{
    size_t at = 0;
    void *found;

    do
        found = slots_next(slots, number, &at);
    while (found && found != object);
    return found != NULL;
}

static void an_empty_table_has_nothing(void **state)
{
    struct slots slots = { 0 };
    int object = 0;

    (void)state;
    assert_false(is_there(&slots, 0, &object));
    assert_false(slots_remove(&slots, 0, &object));
    slots_done(&slots);
}

static void all_of_one_number_are_found(void **state)
{
    struct slots slots = { 0 };
    int objects[5];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(objects); i++)
        slots_put(&slots, 7, &objects[i]);
    for (size_t i = 0; i < COUNT_OF(objects); i++)
        assert_true(is_there(&slots, 7, &objects[i]));
    assert_true(slots_remove(&slots, 7, &objects[2]));
    assert_false(slots_remove(&slots, 7, &objects[2]));
    assert_false(slots_remove(&slots, 8, &objects[3]));
    for (size_t i = 0; i < COUNT_OF(objects); i++)
        assert_int_equal(is_there(&slots, 7, &objects[i]), i != 2);
    slots_done(&slots);
}

#define MANY 3000

/* Numbers that crowd at the end of the table and around it, put and removed in
   another order: what remains is found, and nothing else. */
static void whatever_is_removed_the_rest_is_found(void **state)
{
    static int objects[MANY];
    static bool there[MANY];
    struct slots slots = { 0 };
    uint64_t random = 12345;

    (void)state;
    for (size_t round = 0; round < 40000; round++) {
        size_t at;

        random = random * 6364136223846793005u + 1442695040888963407u;
        at = (size_t)(random >> 33) % MANY;
        if (there[at])
            assert_true(
                slots_remove(&slots, (uint64_t)0 - at % 50, &objects[at]));
        else
            slots_put(&slots, (uint64_t)0 - at % 50, &objects[at]);
        there[at] = !there[at];
    }
    for (size_t at = 0; at < MANY; at++)
        assert_int_equal(is_there(&slots, (uint64_t)0 - at % 50, &objects[at]),
                         there[at]);
    slots_done(&slots);
}

static void room_is_made_once(void **state)
{
    struct slots slots = { 0 };
    int object;
    size_t size;

    (void)state;
    slots_reserve(&slots, 1000);
    size = slots.size;
    assert_true(size >= 2000);
    for (uint64_t i = 0; i < 1000; i++)
        slots_put(&slots, i * 977, &object);
    assert_int_equal(slots.size, size);
    assert_int_equal(slots.count, 1000);
    slots_done(&slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_nothing),
        cmocka_unit_test(all_of_one_number_are_found),
        cmocka_unit_test(whatever_is_removed_the_rest_is_found),
        cmocka_unit_test(room_is_made_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
