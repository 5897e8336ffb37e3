// SPDX-License-Identifier: MIT
/* Sets of bytes, and hexadecimal digits. */
#include "base/chars.h"

#include <stdlib.h>

#include "unit.h"

static void a_set_has_what_it_names(void **state)
{
    static const struct chars set = { { CHARS_ALNUM, ['_'] = true } };

    (void)state;
    assert_true(chars_has_all(&set, STR("Az_09")));
    assert_true(chars_has_all(&set, STR_EMPTY));
    assert_false(chars_has_all(&set, STR("a-b")));
    assert_false(chars_has_all(&set, STR("a\xc3\xa9")));
}

static void digits_are_hexadecimal_in_either_case(void **state)
{
    (void)state;
    for (int c = -128; c < 128; c++) {
        const char text[] = { (char)c, '\0' };
        char *end;
        long value = strtol(text, &end, 16);

        assert_int_equal(chars_hex_value((char)c), end > text ? value : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_has_what_it_names),
        cmocka_unit_test(digits_are_hexadecimal_in_either_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
