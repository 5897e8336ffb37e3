// SPDX-License-Identifier: MIT
/* The text of deltas. */
#include "sim/words.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

static struct words make(struct arena *arena, uint64_t size, bool stamp)
{
    struct words words;

    words_init(&words, arena, size, stamp);
    return words;
}

static void without_a_size_it_is_a_sentence(void **state)
{
    struct arena *arena = arena_new();
    struct words words = make(arena, 0, false);

    (void)state;
    unit_assert_str(words_at(&words, 0, 1), "Hello");
    unit_assert_str(words_at(&words, 1, 2), " from");
    unit_assert_str(words_at(&words, 22, 3), " Hello");
    arena_free(arena);
}

static void sized_text_is_numbered_and_exactly_that_long(void **state)
{
    struct arena *arena = arena_new();
    struct words words = make(arena, 15, false);

    (void)state;
    unit_assert_str(words_at(&words, 0, 0), "#0000001 um dol");
    unit_assert_str(words_at(&words, 41, 0), "#0000042 um dol");
    words = make(arena, 4, false);
    unit_assert_str(words_at(&words, 7, 0), "lore");
    arena_free(arena);
}

static void the_stamp_is_the_time_in_18_digits(void **state)
{
    struct arena *arena = arena_new();
    struct words words = make(arena, 0, true);

    (void)state;
    unit_assert_str(words_at(&words, 0, 1234567),
                    "[t=000000000001234567]Hello");
    unit_assert_str(words_at(&words, 1, 9), "[t=000000000000000009] from");
    words = make(arena, 31, true);
    unit_assert_str(words_at(&words, 1, 5), "[t=000000000000000005]#0000002 ");
    words = make(arena, 5, true);
    unit_assert_str(words_at(&words, 1, 5), "[t=000000000000000005]");
    arena_free(arena);
}

static void the_length_is_known_in_advance(void **state)
{
    static const uint64_t sizes[] = { 0, 1, 8, 9, 21, 22, 23, 100 };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes) * 2; i++) {
        struct words words = make(arena, sizes[i / 2], i % 2 == 1);

        for (uint64_t at = 0; at < 50; at++)
            assert_int_equal(words_at(&words, at, at).len,
                             words_len(&words, at));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_size_it_is_a_sentence),
        cmocka_unit_test(sized_text_is_numbered_and_exactly_that_long),
        cmocka_unit_test(the_stamp_is_the_time_in_18_digits),
        cmocka_unit_test(the_length_is_known_in_advance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
