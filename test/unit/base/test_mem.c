// SPDX-License-Identifier: MIT
/* Allocation. */
#include "base/mem.h"

#include <string.h>

#include "unit.h"

static void memory_for_objects_is_zeroed(void **state)
{
    char *bytes = mem_zalloc(1000);

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    mem_free(bytes);
}

static void growing_keeps_the_content(void **state)
{
    char *bytes = mem_alloc(4);

    (void)state;
    memcpy(bytes, "tea", 4);
    bytes = mem_realloc(bytes, 100000);
    assert_string_equal(bytes, "tea");
    mem_free(bytes);
}

static void copies_end_with_a_nul(void **state)
{
    char *cut = mem_strndup("teapot", 3);
    char *empty = mem_strndup(NULL, 0);
    char *whole = mem_strdup("teapot");

    (void)state;
    assert_string_equal(cut, "tea");
    assert_string_equal(empty, "");
    assert_string_equal(whole, "teapot");
    mem_free(cut);
    mem_free(empty);
    mem_free(whole);
}

static void wiping_leaves_zeros(void **state)
{
    char secret[] = "sk-ant-canary";

    (void)state;
    mem_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++)
        assert_int_equal(secret[i], 0);
}

static void freeing_none_is_fine(void **state)
{
    (void)state;
    mem_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_for_objects_is_zeroed),
        cmocka_unit_test(growing_keeps_the_content),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(wiping_leaves_zeros),
        cmocka_unit_test(freeing_none_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
