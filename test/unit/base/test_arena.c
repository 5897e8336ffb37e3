// SPDX-License-Identifier: MIT
/* Arenas. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "freed.h"
#include "unit.h"

static void every_allocation_is_aligned_and_its_own(void **state)
{
    struct arena *arena = arena_new();
    char *blocks[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        blocks[i] = arena_alloc(arena, i);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int)i, i);
    }
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        for (size_t at = 0; at < i; at++)
            assert_int_equal((unsigned char)blocks[i][at], i);
    }
    arena_free(arena);
}

static void a_large_request_gets_a_block_of_its_own(void **state)
{
    struct arena *arena = arena_new();
    char *small = arena_strdup(arena, "small");
    char *large = arena_zalloc(arena, 1000000);

    (void)state;
    assert_int_equal(large[0], 0);
    assert_int_equal(large[999999], 0);
    memset(large, 'x', 1000000);
    assert_string_equal(small, "small");
    arena_free(arena);
}

static void copies_end_with_a_nul(void **state)
{
    struct arena *arena = arena_new();
    struct str cut = arena_str(arena, str_sub(STR("teapot"), 0, 3));
    struct str empty = arena_str(arena, STR_EMPTY);
    struct str printed = arena_printf(arena, "%s-%d", "cup", 7);
    struct str nothing = arena_printf(arena, "%s", "");

    (void)state;
    assert_string_equal(cut.at, "tea");
    assert_int_equal(cut.len, 3);
    assert_string_equal(empty.at, "");
    assert_string_equal(printed.at, "cup-7");
    assert_int_equal(printed.len, 5);
    assert_int_equal(nothing.len, 0);
    arena_free(arena);
}

static unsigned freed_of(struct arena *arena)
{
    char *large;

    freed_watch(STR("sk-ant-abc"));
    for (int i = 0; i < 200; i++)
        (void)arena_printf(arena, "%d sk-ant-abc", i);
    large = arena_zalloc(arena, 100000);
    memcpy(large + 99990, "sk-ant-abc", 10);
    arena_free(arena);
    return freed_with_it();
}

static void a_secret_one_is_freed_wiped(void **state)
{
    (void)state;
    assert_true(freed_of(arena_new()) > 2);
    assert_int_equal(freed_of(arena_new_secret()), 0);
}

static void freeing_none_is_fine(void **state)
{
    (void)state;
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_is_aligned_and_its_own),
        cmocka_unit_test(a_large_request_gets_a_block_of_its_own),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(a_secret_one_is_freed_wiped),
        cmocka_unit_test(freeing_none_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
