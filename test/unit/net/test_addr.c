// SPDX-License-Identifier: MIT
/* Socket addresses. */
#include "net/addr.h"

#include <stdio.h>

#include "unit.h"

static const struct {
    const char *host;
    const char *text; /* NULL: refused */
    bool loopback;
} rows[] = {
    { "127.0.0.1", "127.0.0.1", true },
    { "127.255.0.3", "127.255.0.3", true },
    { "localhost", "127.0.0.1", true },
    { "LOCALhost", "127.0.0.1", true },
    { "::1", "::1", true },
    { "::ffff:127.0.0.1", "127.0.0.1", true },
    { "0.0.0.0", "0.0.0.0", false },
    { "10.0.0.1", "10.0.0.1", false },
    { "128.0.0.1", "128.0.0.1", false },
    { "::", "::", false },
    { "::2", "::2", false },
    { "::127.0.0.1", "::127.0.0.1", false },
    { "::ffff:10.0.0.1", "10.0.0.1", false },
    { "2001:DB8::1", "2001:db8::1", false },
    { "", NULL, false },
    { "example.com", NULL, false },
    { "127.1", NULL, false },
    { "127.0.0.1 ", NULL, false },
    { "[::1]", NULL, false },
    { "localhos", NULL, false },
};

static void addresses_are_read_and_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct addr addr;
        struct err err = { .text = "" };
        char text[ADDR_TEXT_MAX];
        bool fine = addr_parse(rows[i].host, 8080, &addr, &err);

        assert_int_equal(fine, rows[i].text != NULL);
        if (!fine) {
            unit_assert_part(err.text, rows[i].host);
            continue;
        }
        addr_format(&addr, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(addr_port(&addr), 8080);
        assert_int_equal(addr_is_loopback(&addr), rows[i].loopback);
    }
}

static void an_unknown_family_is_not_this_machine(void **state)
{
    struct addr addr = { .sa = { .ss_family = AF_UNIX } };
    char text[ADDR_TEXT_MAX];

    (void)state;
    assert_false(addr_is_loopback(&addr));
    addr_format(&addr, text);
    assert_string_equal(text, "");
}

/* As inet_ntop() would. */
static void every_byte_has_its_digits(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        char want[ADDR_TEXT_MAX];
        char got[ADDR_TEXT_MAX];
        struct addr addr;
        struct err err;

        (void)snprintf(want, sizeof(want), "%u.%u.%u.%u", i, 255 - i, i / 2,
                       i % 10);
        assert_true(addr_parse(want, 1, &addr, &err));
        addr_format(&addr, got);
        assert_string_equal(got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_printed),
        cmocka_unit_test(an_unknown_family_is_not_this_machine),
        cmocka_unit_test(every_byte_has_its_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
