// SPDX-License-Identifier: MIT
/* URLs of upstreams. */
#include "base/url.h"

#include "unit.h"

static const struct {
    const char *text;
    const char *authority; /* NULL: refused */
    const char *prefix;
    bool tls;
    bool loopback;
    uint16_t port;
} cases[] = {
    { "https://api.anthropic.com/v1/messages", "api.anthropic.com",
      "/v1/messages", true, false, 443 },
    { "https://api.example", "api.example", "", true, false, 443 },
    { "HTTPS://api.example/", "api.example", "", true, false, 443 },
    { "https://api.example:443/x//", "api.example", "/x", true, false, 443 },
    { "https://api.example:8443", "api.example:8443", "", true, false, 8443 },
    { "http://localhost:9000/a/b", "localhost:9000", "/a/b", false, true,
      9000 },
    { "http://127.0.0.1", "127.0.0.1", "", false, true, 80 },
    { "http://127.9.9.9:80", "127.9.9.9", "", false, true, 80 },
    { "http://[::1]:81/", "[::1]:81", "", false, true, 81 },
    { "http://[::1]", "[::1]", "", false, true, 80 },
    { "http://[2001:db8::1]:81/", "[2001:db8::1]:81", "", false, false, 81 },
    { "http://127.evil.example", "127.evil.example", "", false, false, 80 },
    { "http://127.0.0.1.evil.example", "127.0.0.1.evil.example", "", false,
      false, 80 },
    { "http://127.1", "127.1", "", false, false, 80 },
    { "http://localhost.evil.example", "localhost.evil.example", "", false,
      false, 80 },
    { "ftp://x", NULL, NULL, false, false, 0 },
    { "api.anthropic.com", NULL, NULL, false, false, 0 },
    { "https://", NULL, NULL, false, false, 0 },
    { "https:///path", NULL, NULL, false, false, 0 },
    { "https://:443", NULL, NULL, false, false, 0 },
    { "https://host:", NULL, NULL, false, false, 0 },
    { "https://host:0", NULL, NULL, false, false, 0 },
    { "https://host:65536", NULL, NULL, false, false, 0 },
    { "https://host:80a", NULL, NULL, false, false, 0 },
    { "https://user:pass@host", NULL, NULL, false, false, 0 },
    { "https://host?x=1", NULL, NULL, false, false, 0 },
    { "https://host/#x", NULL, NULL, false, false, 0 },
    { "https://ho st", NULL, NULL, false, false, 0 },
    { "https://host/\r\nx", NULL, NULL, false, false, 0 },
    { "https://h\xc3\xb6st", NULL, NULL, false, false, 0 },
    { "https://ho%73t", NULL, NULL, false, false, 0 },
    { "https://a,b", NULL, NULL, false, false, 0 },
    { "https://::1", NULL, NULL, false, false, 0 },
    { "https://[::1", NULL, NULL, false, false, 0 },
    { "https://[]", NULL, NULL, false, false, 0 },
    { "https://[host]", NULL, NULL, false, false, 0 },
    { "https://[::1]x", NULL, NULL, false, false, 0 },
    { "", NULL, NULL, false, false, 0 },
};

static void check_case(struct arena *arena, size_t i)
{
    struct url url;
    struct err err;
    bool fine = url_parse(arena, str_of(cases[i].text), &url, &err);

    if (fine != (cases[i].authority != NULL))
        fail_msg("\"%s\"", cases[i].text);
    if (!fine) {
        assert_int_equal(err.code, ERR_CONFIG);
        return;
    }
    unit_assert_str(url_authority(arena, &url), cases[i].authority);
    unit_assert_str(url.prefix, cases[i].prefix);
    assert_int_equal(url.tls, cases[i].tls);
    assert_int_equal(url.port, cases[i].port);
    if (url_is_loopback(&url) != cases[i].loopback)
        fail_msg("loopback: \"%s\"", cases[i].text);
}

static void urls_are_taken_apart_or_refused(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_case(arena, i);
    arena_free(arena);
}

static void hosts_are_names_or_addresses(void **state)
{
    (void)state;
    assert_true(url_is_host(STR("proxy_1.example-x.com")));
    assert_true(url_is_host(STR("10.0.0.1")));
    assert_true(url_is_host(STR("::1")));
    assert_false(url_is_host(STR("[::1]")));
    assert_false(url_is_host(STR("a:b")));
    assert_false(url_is_host(STR("a/b")));
    assert_false(url_is_host(STR("a b")));
    assert_false(url_is_host(STR_EMPTY));
    assert_true(url_is_address(STR("0.0.0.0")));
    assert_true(url_is_address(STR("::")));
    assert_false(url_is_address(STR("localhost")));
    assert_false(url_is_address(STR("256.0.0.1")));
    assert_false(url_is_address(STR("127.0.0.1\0x")));
}

static void brackets_of_an_ipv6_address_go(void **state)
{
    static const char *const pairs[][2] = {
        { "[::1]", "::1" }, { "[fe80::1]", "fe80::1" },
        { "::1", "::1" },   { "[127.0.0.1]", "[127.0.0.1]" },
        { "[::1", "[::1" }, { "[::1]:80", "[::1]:80" },
        { "[]", "[]" },     { "[", "[" },
        { "", "" },         { "localhost", "localhost" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        unit_assert_str(url_without_brackets(str_of(pairs[i][0])), pairs[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart_or_refused),
        cmocka_unit_test(hosts_are_names_or_addresses),
        cmocka_unit_test(brackets_of_an_ipv6_address_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
