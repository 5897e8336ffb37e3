// SPDX-License-Identifier: MIT
/* Intrusive lists. */
#include "base/list.h"

#include "unit.h"

struct cup {
    int number;
    struct list node;
};

/* The numbers of all cups as one decimal number. */
static int numbers(const struct list *shelf)
{
    int sum = 0;

    for (struct list *node = shelf->next; node != shelf; node = node->next)
        sum = sum * 10 + LIST_ITEM(node, struct cup, node)->number;
    return sum;
}

static void elements_stand_in_the_order_they_came(void **state)
{
    struct list shelf;
    struct cup cups[3] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };

    (void)state;
    list_init(&shelf);
    assert_true(list_is_empty(&shelf));
    for (size_t i = 0; i < COUNT_OF(cups); i++)
        list_push(&shelf, &cups[i].node);
    assert_int_equal(numbers(&shelf), 123);
    list_remove(&cups[1].node);
    assert_int_equal(numbers(&shelf), 13);
    list_push(&shelf, &cups[1].node);
    assert_int_equal(numbers(&shelf), 132);
}

static void removing_twice_is_fine(void **state)
{
    struct list shelf;
    struct cup cup = { .number = 1 };

    (void)state;
    list_init(&shelf);
    list_init(&cup.node);
    list_remove(&cup.node);
    list_push(&shelf, &cup.node);
    list_remove(&cup.node);
    list_remove(&cup.node);
    assert_true(list_is_empty(&shelf));
    assert_true(list_is_empty(&cup.node));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_stand_in_the_order_they_came),
        cmocka_unit_test(removing_twice_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
