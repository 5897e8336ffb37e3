// SPDX-License-Identifier: MIT
/* Random bytes. */
#include "crypto/random.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

static void every_byte_is_filled_and_none_beyond(void **state)
{
    unsigned char bytes[1002];
    unsigned seen[256] = { 0 };
    unsigned values = 0;

    (void)state;
    memset(bytes, 0xaa, sizeof(bytes));
    random_bytes(bytes + 1, 1000);
    assert_int_equal(bytes[0], 0xaa);
    assert_int_equal(bytes[1001], 0xaa);
    for (size_t i = 1; i <= 1000; i++)
        seen[bytes[i]]++;
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        values += seen[i] > 0;
    assert_true(values > 200); /* 251 on average */
    random_bytes(bytes, 0);
}

static void two_draws_differ(void **state)
{
    char a[65];
    char b[65];

    (void)state;
    random_hex(32, a);
    random_hex(32, b);
    assert_int_equal(strlen(a), 64);
    assert_int_equal(strspn(a, "0123456789abcdef"), 64);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_filled_and_none_beyond),
        cmocka_unit_test(two_draws_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
