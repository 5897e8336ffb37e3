// SPDX-License-Identifier: MIT
/* Where a client is. */
#include "team/client_address.h"

#include "fields.h"

/* Trusted: 10.0.0.0/8, ::1, 2001:db8:ff::/48. */
#define PROXY "10.0.0.1"
#define FOR "X-Forwarded-For: "

static const struct {
    const char *peer;
    const char *fields;
    const char *client;
} cases[] = {
    /* nobody vouches */
    { "192.0.2.1", "", "192.0.2.1" },
    { "192.0.2.1", FOR "10.0.0.9\n", "192.0.2.1" },
    { "192.0.2.1", FOR "198.51.100.7\n", "192.0.2.1" },
    { "127.0.0.1", FOR "198.51.100.7\n", "127.0.0.1" },
    { "11.0.0.1", FOR "198.51.100.7\n", "11.0.0.1" },
    /* one proxy */
    { PROXY, "", PROXY },
    { PROXY, FOR "198.51.100.7\n", "198.51.100.7" },
    { PROXY, "x-forwarded-FOR: 198.51.100.7\n", "198.51.100.7" },
    { "::ffff:10.0.0.1", FOR "198.51.100.7\n", "198.51.100.7" },
    { "::1", FOR "198.51.100.7\n", "198.51.100.7" },
    { PROXY, FOR "  198.51.100.7\t\n", "198.51.100.7" },
    { PROXY, FOR "2001:db8::7\n", "2001:db8::7" },
    { PROXY, FOR "::ffff:198.51.100.7\n", "198.51.100.7" },
    /* what the client wrote itself stands in front */
    { PROXY, FOR "127.0.0.1, 198.51.100.7\n", "198.51.100.7" },
    { PROXY, FOR "10.0.0.5,198.51.100.7\n", "198.51.100.7" },
    { PROXY, FOR "not an address, 198.51.100.7\n", "198.51.100.7" },
    /* several proxies */
    { PROXY, FOR "198.51.100.7, 10.0.0.2\n", "198.51.100.7" },
    { PROXY, FOR "127.0.0.1, 198.51.100.7, 10.0.0.2, ::1\n", "198.51.100.7" },
    { PROXY, FOR "198.51.100.7, 2001:db8:ff::2\n", "198.51.100.7" },
    { PROXY, FOR "10.0.0.3, 10.0.0.2\n", "10.0.0.3" },
    /* several fields are one list */
    { PROXY, FOR "198.51.100.7\n" FOR "10.0.0.2\n", "198.51.100.7" },
    { PROXY, FOR "127.0.0.1\nVia: x\n" FOR "198.51.100.7\n", "198.51.100.7" },
    { PROXY, FOR "198.51.100.7\n" FOR "\n", "198.51.100.7" },
    { PROXY, FOR ",198.51.100.7, , ,\n", "198.51.100.7" },
    { PROXY, FOR "\n", PROXY },
    { PROXY, FOR " , ,\n", PROXY },
    /* ports, brackets */
    { PROXY, FOR "198.51.100.7:4711\n", "198.51.100.7" },
    { PROXY, FOR "[2001:db8::7]\n", "2001:db8::7" },
    { PROXY, FOR "[2001:db8::7]:4711\n", "2001:db8::7" },
    { PROXY, FOR "198.51.100.7:1, [2001:db8:ff::2]:2\n", "198.51.100.7" },
    /* what is no address ends the walk */
    { PROXY, FOR "unknown\n", PROXY },
    { PROXY, FOR "198.51.100.7, unknown\n", PROXY },
    { PROXY, FOR "198.51.100.7, unknown, 10.0.0.2\n", "10.0.0.2" },
    { PROXY, FOR "198.51.100.7\n" FOR "_hidden\n", PROXY },
    { PROXY, FOR "localhost\n", PROXY },
    { PROXY, FOR "client.example\n", PROXY },
    { PROXY, FOR "198.51.100\n", PROXY },
    { PROXY, FOR "198.51.100.7:\n", PROXY },
    { PROXY, FOR "198.51.100.7:x\n", PROXY },
    { PROXY, FOR "198.51.100.7:65536\n", PROXY },
    { PROXY, FOR "198.51.100.7 198.51.100.8\n", PROXY },
    { PROXY, FOR "\"198.51.100.7\"\n", PROXY },
    { PROXY, FOR "for=198.51.100.7\n", PROXY },
    { PROXY, FOR "[198.51.100.7]\n", PROXY },
    { PROXY, FOR "[2001:db8::7\n", PROXY },
    { PROXY, FOR "[2001:db8::7]4711\n", PROXY },
    { PROXY, FOR "[2001:db8::7]:x\n", PROXY },
    { PROXY, FOR "[]\n", PROXY },
    { PROXY, FOR "[\n", PROXY },
    { PROXY, FOR ":\n", PROXY },
    { PROXY, FOR ":80\n", PROXY },
    { PROXY, FOR "fe80::1%lo\n", PROXY },
    { PROXY,
      FOR "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001\n",
      PROXY },
    /* other fields say nothing */
    { PROXY, "X-Real-IP: 198.51.100.7\nForwarded: for=198.51.100.7\n", PROXY },
    { PROXY, "X-Forwarded: 198.51.100.7\n", PROXY },
};

static void find(const char *trusted, const char *peer, const char *fields,
                 char out[ADDR_TEXT_MAX])
{
    struct arena *arena = arena_new();
    struct fields read;
    struct request req = { .arena = arena };
    struct cidr_list list;
    struct addr addr;
    struct err err;

    assert_true(cidr_list_parse(arena, str_of(trusted), &list, &err));
    assert_true(addr_parse(peer, 1, &req.peer, &err));
    req.headers = *fields_read(&read, fields);
    client_address(&list, &req, &addr);
    addr_format(&addr, out);
    arena_free(arena);
}

static void the_rightmost_untrusted_address_is_the_client(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[ADDR_TEXT_MAX];

        find("10.0.0.0/8, ::1, 2001:db8:ff::/48", cases[i].peer,
             cases[i].fields, out);
        if (strcmp(out, cases[i].client) != 0)
            fail_msg("%s %s: %s", cases[i].peer, cases[i].fields, out);
    }
}

static void without_trusted_proxies_nothing_is_believed(void **state)
{
    char out[ADDR_TEXT_MAX];

    (void)state;
    find("", "127.0.0.1", FOR "198.51.100.7\n", out);
    assert_string_equal(out, "127.0.0.1");
}

#define PROTO "X-Forwarded-Proto: "

static const struct {
    const char *peer;
    const char *fields;
    bool tls;
} schemes[] = {
    { "10.0.0.1", PROTO "https\n", true },
    { "10.0.0.1", "x-forwarded-proto: HTTPS\n", true },
    { "10.0.0.1", PROTO "http, https\n", true },
    { "10.0.0.1", PROTO "http\n" PROTO "https\n", true },
    { "10.0.0.1", PROTO "https, http\n", false },
    { "10.0.0.1", PROTO "https\n" PROTO "http\n", false },
    { "10.0.0.1", PROTO "http\n", false },
    { "10.0.0.1", PROTO "https://\n", false },
    { "10.0.0.1", PROTO "\n", false },
    { "10.0.0.1", "X-Forwarded-Protocol: https\nForwarded: proto=https\n",
      false },
    { "10.0.0.1", "", false },
    /* who is not trusted may say anything */
    { "192.0.2.7", PROTO "https\n", false },
    { "127.0.0.1", PROTO "https\n", false },
};

static void only_a_trusted_proxy_says_that_tls_is_used(void **state)
{
    static struct fields fields;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        struct arena *arena = arena_new();
        struct request req = { .arena = arena };
        struct cidr_list trusted;
        struct err err;

        assert_true(cidr_list_parse(arena, STR("10.0.0.0/8"), &trusted, &err));
        assert_true(addr_parse(schemes[i].peer, 1, &req.peer, &err));
        req.headers = *fields_read(&fields, schemes[i].fields);
        if (client_uses_tls(&trusted, &req) != schemes[i].tls)
            fail_msg("%s %s", schemes[i].peer, schemes[i].fields);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rightmost_untrusted_address_is_the_client),
        cmocka_unit_test(without_trusted_proxies_nothing_is_believed),
        cmocka_unit_test(only_a_trusted_proxy_says_that_tls_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
