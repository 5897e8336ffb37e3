// SPDX-License-Identifier: MIT
/* Rows of keys and groups. */
#include "team/key_rows.h"

#include "unit.h"

static void null_is_never(void **state)
{
    const struct sql_value values[] = { sql_null(), sql_number(7) };
    const struct sql_row row = { values, COUNT_OF(values) };

    (void)state;
    assert_true(key_rows_moment(&row, 0) == KEY_NEVER);
    assert_int_equal(key_rows_moment(&row, 1), 7);
}

static void a_text_comes_without_what_is_damaged(void **state)
{
    const char hash[HASH_SHA256_LEN] = "0123456789abcdef0123456789abcde";
    struct sql_value values[] = {
        sql_number(3),
        sql_bytes((struct str){ hash, sizeof(hash) }),
        sql_text(STR("cr_abcd")),
        sql_text(STR("wxyz")),
        sql_number(11),
        sql_null(),
    };
    const struct sql_row row = { values, COUNT_OF(values) };
    struct key_text text = key_rows_text(&row);

    (void)state;
    assert_memory_equal(text.hash, hash, sizeof(hash));
    assert_string_equal(text.prefix, "cr_abcd");
    assert_string_equal(text.last, "wxyz");
    assert_int_equal(text.created_ms, 11);
    assert_true(text.expires_ms == KEY_NEVER);
    values[1] = sql_bytes(STR("short"));
    text = key_rows_text(&row);
    assert_int_equal(text.hash[0], 0);
}

static void the_newest_text_has_no_end(void **state)
{
    static const struct {
        struct key_text a;
        struct key_text b;
        int want;
    } cases[] = {
        { { .expires_ms = KEY_NEVER, .created_ms = 1 },
          { .expires_ms = 5, .created_ms = 9 },
          -1 },
        { { .expires_ms = 5 }, { .expires_ms = 6 }, 1 },
        { { .expires_ms = 5, .created_ms = 2 },
          { .expires_ms = 5, .created_ms = 1 },
          -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(key_rows_newer(&cases[i].a, &cases[i].b),
                         cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_never),
        cmocka_unit_test(a_text_comes_without_what_is_damaged),
        cmocka_unit_test(the_newest_text_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
