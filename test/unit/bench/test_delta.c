// SPDX-License-Identifier: MIT
/* The bench knows every byte of a delta; claude-sim itself says what they are. */
#include "bench/delta.h"

#include <string.h>

#include "base/arena.h"
#include "sim/words.h"
#include "unit.h"

#define SIZE_MOST 200

static void what_the_sim_writes_is_right_and_nothing_else(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (uint64_t size = 10; size <= SIZE_MOST; size++) {
        struct words words;
        char text[SIZE_MOST];
        struct str mine = { text, size };

        words_init(&words, arena, size, false);
        memcpy(text, words_at(&words, 41, 0).at, size);
        assert_true(delta_is_right(mine, 42));
        assert_false(delta_is_right(mine, 43));
        assert_false(delta_is_right(str_sub(mine, 0, 8), 42));
        for (size_t at = 0; at < size; at++) {
            text[at] ^= 1;
            assert_false(delta_is_right(mine, 42));
            text[at] ^= 1;
        }
    }
    arena_free(arena);
}

static void less_is_wrong(void **state)
{
    (void)state;
    assert_false(delta_is_right(STR_EMPTY, 0));
    assert_false(delta_is_right(STR("#"), 0));
    assert_false(delta_is_right(STR("#0000001"), 1));
    assert_true(delta_is_right(STR("#0000001 "), 1));
    assert_false(delta_is_right(STR("#000001 um"), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_sim_writes_is_right_and_nothing_else),
        cmocka_unit_test(less_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
