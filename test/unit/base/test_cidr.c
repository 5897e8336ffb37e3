// SPDX-License-Identifier: MIT
/* Blocks of IP addresses. */
#include "base/cidr.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "unit.h"

static const struct {
    const char *text;
    const char *canonical; /* NULL: refused */
    const char *said;      /* in the refusal; NULL: what is allowed */
} texts[] = {
    { "10.0.0.0/8", "10.0.0.0/8", NULL },
    { "0.0.0.0/0", "0.0.0.0/0", NULL },
    { "192.0.2.7", "192.0.2.7", NULL },
    { "192.0.2.7/32", "192.0.2.7", NULL },
    { "192.0.2.6/31", "192.0.2.6/31", NULL },
    { "2001:DB8::/32", "2001:db8::/32", NULL },
    { "2001:db8:0:0:0:0:0:1/128", "2001:db8::1", NULL },
    { "::/0", "::/0", NULL },
    { "fe80::/10", "fe80::/10", NULL },
    { "::ffff:10.0.0.0/104", "10.0.0.0/8", NULL },
    { "::ffff:0:0/96", "0.0.0.0/0", NULL },
    { "::ffff:127.0.0.1", "127.0.0.1", NULL },
    { "::/90", "::/90", NULL },
    { "10.1.2.3/8", NULL, "10.0.0.0/8" },
    { "2001:db8::1/32", NULL, "2001:db8::/32" },
    { "::ffff:10.1.2.3/104", NULL, "10.0.0.0/8" },
    { "10.0.0.1/0", NULL, "0.0.0.0/0" },
    { "10.0.0.0/33", NULL, NULL },
    { "::/129", NULL, NULL },
    { "10.0.0.0/", NULL, NULL },
    { "10.0.0.0/08", NULL, NULL },
    { "10.0.0.0/+8", NULL, NULL },
    { "10.0.0.0/-1", NULL, NULL },
    { "10.0.0.0/8/8", NULL, NULL },
    { "10.0.0.0/255.0.0.0", NULL, NULL },
    { "10.0.0/24", NULL, NULL },
    { "10.0.0.0.0/8", NULL, NULL },
    { "010.0.0.0/8", NULL, NULL },
    { "256.0.0.0/8", NULL, NULL },
    { "0x0a.0.0.0/8", NULL, NULL },
    { "[::1]", NULL, NULL },
    { "[::1]/128", NULL, NULL },
    { "fe80::1%lo", NULL, NULL },
    { "localhost", NULL, NULL },
    { "example.com", NULL, NULL },
    { "10.0.0.1:80", NULL, NULL },
    { " 10.0.0.1", NULL, NULL },
    { "/8", NULL, NULL },
    { "", NULL, NULL },
    { "2001:0db8:0000:0000:0000:ffff:0000:0000:0000:0001", NULL, NULL },
};

static void blocks_are_read_and_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct err err = { .text = "" };
        char out[CIDR_TEXT_MAX];
        struct cidr cidr;

        if (!texts[i].canonical) {
            assert_false(cidr_parse(str_of(texts[i].text), &cidr, &err));
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, texts[i].said ? texts[i].said
                                                     : "10.0.0.0/8 or 2001");
            continue;
        }
        assert_true(cidr_parse(str_of(texts[i].text), &cidr, &err));
        cidr_format(&cidr, out);
        assert_string_equal(out, texts[i].canonical);
    }
}

static void a_nul_ends_no_address(void **state)
{
    struct cidr cidr;
    struct err err;

    (void)state;
    assert_false(cidr_parse(STR("10.0.0.1\0.evil"), &cidr, &err));
}

static size_t ip_of(const char *text, unsigned char ip[16])
{
    if (inet_pton(AF_INET, text, ip) == 1)
        return 4;
    assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
    return 16;
}

static const struct {
    const char *block;
    const char *ip;
    bool inside;
} members[] = {
    { "10.0.0.0/8", "10.255.0.1", true },
    { "10.0.0.0/8", "11.0.0.0", false },
    { "10.0.0.0/8", "::ffff:10.1.1.1", true },
    { "::ffff:10.0.0.0/104", "10.1.1.1", true },
    { "10.0.0.0/8", "a00::", false },
    { "192.0.2.128/25", "192.0.2.127", false },
    { "192.0.2.128/25", "192.0.2.128", true },
    { "192.0.2.6/31", "192.0.2.7", true },
    { "192.0.2.7", "192.0.2.7", true },
    { "192.0.2.7", "192.0.2.6", false },
    { "0.0.0.0/0", "255.255.255.255", true },
    { "0.0.0.0/0", "::1", false },
    { "::/0", "2001:db8::1", true },
    { "::/0", "192.0.2.7", false },
    { "::/0", "::ffff:192.0.2.7", false },
    { "2001:db8::/33", "2001:db8:7fff::1", true },
    { "2001:db8::/33", "2001:db8:8000::1", false },
    { "2001:db8::1", "2001:db8::1", true },
    { "2001:db8::1", "2001:db8::2", false },
};

static void a_block_holds_its_addresses_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        unsigned char ip[16];
        size_t len = ip_of(members[i].ip, ip);
        struct cidr cidr;
        struct err err;

        assert_true(cidr_parse(str_of(members[i].block), &cidr, &err));
        assert_int_equal(cidr_has_ip(&cidr, ip, len), members[i].inside);
    }
}

static void a_block_is_made_around_an_address(void **state)
{
    static const struct {
        const char *ip;
        unsigned bits;
        const char *block;
    } rows[] = {
        { "2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::/64" },
        { "2001:db8:1:2:3:4:5:6", 0, "::/0" },
        { "192.0.2.7", 32, "192.0.2.7" },
        { "192.0.2.7", 30, "192.0.2.4/30" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char ip[16];
        size_t len = ip_of(rows[i].ip, ip);
        struct cidr cidr = cidr_around(ip, len, rows[i].bits);
        char out[CIDR_TEXT_MAX];

        cidr_format(&cidr, out);
        assert_string_equal(out, rows[i].block);
    }
}

static void a_list_is_read_whole_or_refused(void **state)
{
    static const struct {
        const char *text;
        int count; /* -1: refused */
    } rows[] = {
        { "", 0 },
        { " , ", 0 },
        { "10.0.0.0/8", 1 },
        { "10.0.0.0/8,::1", 2 },
        { " 10.0.0.0/8 , ::1,", 2 },
        { "10.0.0.0/8 ::1", -1 },
        { "10.0.0.0/8,10.1.2.3/8", -1 },
        { "10.0.0.0/8,any", -1 },
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct cidr_list list;
        struct err err;
        bool fine = cidr_list_parse(arena, str_of(rows[i].text), &list, &err);

        assert_int_equal(fine ? (int)list.count : -1, rows[i].count);
    }
    arena_free(arena);
}

static void a_list_holds_what_one_block_holds(void **state)
{
    struct arena *arena = arena_new();
    struct cidr_list list;
    struct err err;
    unsigned char ip[16];

    (void)state;
    assert_true(
        cidr_list_parse(arena, STR("10.0.0.0/8, 2001:db8::/32"), &list, &err));
    assert_true(cidr_list_has_ip(&list, ip, ip_of("10.9.9.9", ip)));
    assert_true(cidr_list_has_ip(&list, ip, ip_of("2001:db8::9", ip)));
    assert_false(cidr_list_has_ip(&list, ip, ip_of("192.0.2.1", ip)));
    list.count = 0;
    assert_false(cidr_list_has_ip(&list, ip, ip_of("10.9.9.9", ip)));
    arena_free(arena);
}

static void a_list_is_bounded(void **state)
{
    struct arena *arena = arena_new();
    struct cidr_list list;
    struct err err;
    struct buf text;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i <= CIDR_LIST_MAX; i++)
        buf_add(&text, STR("::1,"));
    assert_false(cidr_list_parse(arena, buf_str(&text), &list, &err));
    buf_done(&text);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_read_and_printed),
        cmocka_unit_test(a_nul_ends_no_address),
        cmocka_unit_test(a_block_holds_its_addresses_alone),
        cmocka_unit_test(a_block_is_made_around_an_address),
        cmocka_unit_test(a_list_is_read_whole_or_refused),
        cmocka_unit_test(a_list_holds_what_one_block_holds),
        cmocka_unit_test(a_list_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
