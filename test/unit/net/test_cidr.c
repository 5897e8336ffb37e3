// SPDX-License-Identifier: MIT
/* Socket addresses in blocks. */
#include "net/cidr.h"

#include "unit.h"

static const struct {
    const char *block;
    const char *host;
    bool inside;
} rows[] = {
    { "127.0.0.0/8", "127.0.0.1", true },
    { "127.0.0.0/8", "::ffff:127.0.0.1", true },
    { "127.0.0.0/8", "::1", false },
    { "::1", "::1", true },
    { "2001:db8::/32", "2001:db8::7", true },
    { "2001:db8::/32", "192.0.2.7", false },
};

static void socket_addresses_are_found_in_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct cidr cidr;
        struct addr addr;
        struct err err;

        assert_true(cidr_parse(str_of(rows[i].block), &cidr, &err));
        assert_true(addr_parse(rows[i].host, 80, &addr, &err));
        assert_int_equal(cidr_has(&cidr, &addr), rows[i].inside);
        assert_int_equal(cidr_list_has(&(struct cidr_list){ &cidr, 1 }, &addr),
                         rows[i].inside);
    }
}

static void other_families_are_in_no_block(void **state)
{
    struct addr addr = { .sa = { .ss_family = AF_UNIX } };
    struct cidr any = { .len = 4 };

    (void)state;
    assert_false(cidr_has(&any, &addr));
    assert_false(cidr_list_has(&(struct cidr_list){ &any, 1 }, &addr));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(socket_addresses_are_found_in_blocks),
        cmocka_unit_test(other_families_are_in_no_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
