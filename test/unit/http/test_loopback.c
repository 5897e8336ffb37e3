// SPDX-License-Identifier: MIT
/* Who counts as this machine. */
#include "http/loopback.h"

#include <unistd.h>

#include "fields.h"

#define LOCAL "Host: localhost:3000\n"

/* What the reason must name. */
#define PEER "this machine"
#define FORWARDED "forwarded"
#define HOST "Host"
#define PAGE "another origin"

static const struct {
    const char *peer;
    const char *fields;
    const char *refused; /* NULL: let through */
} cases[] = {
    /* the peer */
    { "127.0.0.1", LOCAL, NULL },
    { "127.8.9.10", LOCAL, NULL },
    { "::1", LOCAL, NULL },
    { "::ffff:127.0.0.1", LOCAL, NULL },
    { "::ffff:10.0.0.1", LOCAL, PEER },
    { "10.0.0.1", LOCAL, PEER },
    { "0.0.0.0", LOCAL, PEER },
    { "128.0.0.1", LOCAL, PEER },
    { "192.168.127.1", LOCAL, PEER },
    { "::", LOCAL, PEER },
    { "::2", LOCAL, PEER },
    { "::127.0.0.1", LOCAL, PEER },
    { "fe80::1", LOCAL, PEER },
    { "2001:db8::1", LOCAL, PEER },
    /* Host */
    { "127.0.0.1", "Host: localhost\n", NULL },
    { "127.0.0.1", "hOST: LocalHost\n", NULL },
    { "127.0.0.1", "Host: 127.0.0.1\n", NULL },
    { "127.0.0.1", "Host: 127.0.0.1:80\n", NULL },
    { "127.0.0.1", "Host: [::1]\n", NULL },
    { "127.0.0.1", "Host: [::1]:65535\n", NULL },
    { "127.0.0.1", "", HOST },
    { "127.0.0.1", "Host: \n", HOST },
    { "127.0.0.1", LOCAL LOCAL, HOST },
    { "127.0.0.1", LOCAL "Host: evil.example\n", HOST },
    { "127.0.0.1", "Host: evil.example\n", HOST },
    { "127.0.0.1", "Host: localhost.evil.example\n", HOST },
    { "127.0.0.1", "Host: localhost.\n", HOST },
    { "127.0.0.1", "Host: localhos\n", HOST },
    { "127.0.0.1", "Host: xlocalhost\n", HOST },
    { "127.0.0.1", "Host: localhost:\n", HOST },
    { "127.0.0.1", "Host: localhost:x\n", HOST },
    { "127.0.0.1", "Host: localhost:80x\n", HOST },
    { "127.0.0.1", "Host: localhost:+80\n", HOST },
    { "127.0.0.1", "Host: localhost:-1\n", HOST },
    { "127.0.0.1", "Host: localhost: 80\n", HOST },
    { "127.0.0.1", "Host: localhost:80:80\n", HOST },
    { "127.0.0.1", "Host: localhost:65536\n", HOST },
    { "127.0.0.1", "Host: localhost:80@evil.example\n", HOST },
    { "127.0.0.1", "Host: localhost@evil.example\n", HOST },
    { "127.0.0.1", "Host: localhost,evil.example\n", HOST },
    { "127.0.0.1", "Host: 127.0.0.1.evil.example\n", HOST },
    { "127.0.0.1", "Host: 127.0.0.2\n", HOST },
    { "127.0.0.1", "Host: 127.1\n", HOST },
    { "127.0.0.1", "Host: 2130706433\n", HOST },
    { "127.0.0.1", "Host: 0.0.0.0\n", HOST },
    { "127.0.0.1", "Host: ::1\n", HOST },
    { "127.0.0.1", "Host: [::1\n", HOST },
    { "127.0.0.1", "Host: [::1]3000\n", HOST },
    { "127.0.0.1", "Host: [0:0:0:0:0:0:0:1]\n", HOST },
    /* forwarding, whatever the value */
    { "127.0.0.1", LOCAL "Forwarded: for=10.0.0.1\n", FORWARDED },
    { "127.0.0.1", LOCAL "forwarded: \n", FORWARDED },
    { "127.0.0.1", LOCAL "Via: 1.1 x\n", FORWARDED },
    { "127.0.0.1", LOCAL "X-Real-IP: 127.0.0.1\n", FORWARDED },
    { "127.0.0.1", LOCAL "X-Forwarded-For: 127.0.0.1\n", FORWARDED },
    { "127.0.0.1", LOCAL "x-forwarded-proto: http\n", FORWARDED },
    { "127.0.0.1", LOCAL "X-FORWARDED-HOST: localhost\n", FORWARDED },
    { "127.0.0.1", LOCAL "X-Forwarded-Anything: \n", FORWARDED },
    { "127.0.0.1", "X-Forwarded-For: 10.0.0.1\n" LOCAL, FORWARDED },
    { "127.0.0.1", LOCAL "X-Via: x\nX-Forward: x\n", NULL },
    /* Origin */
    { "127.0.0.1", LOCAL "Origin: http://localhost:3000\n", NULL },
    { "127.0.0.1", LOCAL "origin: HTTP://LOCALHOST:3000\n", NULL },
    { "127.0.0.1", "Host: [::1]:1\nOrigin: http://[::1]:1\n", NULL },
    { "127.0.0.1", LOCAL "Origin: http://localhost\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: http://localhost:3001\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: http://localhost:30000\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: http://127.0.0.1:3000\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: https://localhost:3000\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: http://localhost:3000/\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: localhost:3000\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: http://evil.example\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: null\n", PAGE },
    { "127.0.0.1", LOCAL "Origin: \n", PAGE },
    { "127.0.0.1", LOCAL "Origin: file://\n", PAGE },
    { "127.0.0.1",
      LOCAL "Origin: http://localhost:3000\nOrigin: http://evil.example\n",
      PAGE },
    { "127.0.0.1",
      LOCAL "Origin: http://localhost:3000\nOrigin: http://localhost:3000\n",
      PAGE },
    /* Sec-Fetch-Site */
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: same-origin\n", NULL },
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: same-site\n", PAGE },
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: cross-site\n", PAGE },
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: none\n", PAGE },
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: \n", PAGE },
    { "127.0.0.1", LOCAL "Sec-Fetch-Site: same-origin, cross-site\n", PAGE },
    { "127.0.0.1",
      LOCAL "Sec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site\n", PAGE },
    { "127.0.0.1",
      LOCAL "Origin: http://localhost:3000\nSec-Fetch-Site: cross-site\n",
      PAGE },
    /* a usual local client */
    { "127.0.0.1",
      LOCAL "User-Agent: curl/8\nAccept: */*\nAuthorization: Bearer x\n",
      NULL },
};

static void only_this_machine_is_let_through(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct request req = { .process = NULL };
        struct fields fields;
        struct err err;
        const char *reason;

        assert_true(addr_parse(cases[i].peer, 40000, &req.peer, &err));
        req.headers = *fields_read(&fields, cases[i].fields);
        reason = loopback_field_refusal(&req);
        if ((reason != NULL) != (cases[i].refused != NULL))
            fail_msg("%s, %s: %s", cases[i].peer, cases[i].fields,
                     reason ? reason : "let through");
        if (reason)
            unit_assert_part(reason, cases[i].refused);
    }
}

static const struct {
    const char *own;
    const char *host;
    bool fine;
} own_addresses[] = {
    { "127.0.0.2", "Host: 127.0.0.2\n", true },
    { "127.0.0.2", "Host: 127.0.0.2:3000\n", true },
    { "127.0.0.2", "Host: [::ffff:127.0.0.2]:3000\n", false },
    { "127.0.0.2", "Host: 127.0.0.1\n", true },
    { "127.0.0.2", "Host: 127.0.0.3\n", false },
    { "127.0.0.2", "Host: 127.0.0.2:\n", false },
    { "127.0.0.2", "Host: 127.0.0.2:65536\n", false },
    { "127.0.0.2", "Host: 127.0.0.2:x\n", false },
    { "127.0.0.2", "Host: 127.2\n", false },
    { "127.0.0.2", "Host: 127.0.0.02\n", false },
    { "127.0.0.2", "Host: [127.0.0.2]\n", false },
    { "127.0.0.2", "Host: 127.0.0.2.evil.example\n", false },
    { "127.0.0.2", "Host: x@127.0.0.2\n", false },
    { "127.0.0.2", "Host: 127.0.0.2, 127.0.0.2\n", false },
    { "127.0.0.2", "Host: ::ffff:127.0.0.2\n", false },
    { "::ffff:127.0.0.1", "Host: [::ffff:127.0.0.1]:1\n", true },
    { "::ffff:127.0.0.1", "Host: [::ffff:7f00:1]\n", true },
    { "::ffff:127.0.0.1", "Host: [::ffff:127.0.0.2]\n", false },
    { "::ffff:127.0.0.2", "Host: 127.0.0.2\n", true },
    { "0.0.0.0", "Host: 0.0.0.0\n", false },
    { "::", "Host: [::]\n", false },
};

/* A socket that is bound there stands for the connection. */
static int bind_to(const char *host)
{
    struct addr addr;
    struct err err;
    int fd;

    assert_true(addr_parse(host, 0, &addr, &err));
    fd = socket(addr.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&addr.sa,
                          addr.len),
                     0);
    return fd;
}

static void the_address_that_was_connected_to_is_ours(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(own_addresses); i++) {
        struct peer_process process = { .fd = bind_to(own_addresses[i].own) };
        struct request req = { .process = &process };
        struct fields fields;
        struct err err;
        const char *reason;

        assert_true(addr_parse("127.0.0.1", 40000, &req.peer, &err));
        req.headers = *fields_read(&fields, own_addresses[i].host);
        reason = loopback_field_refusal(&req);
        if ((reason == NULL) != own_addresses[i].fine)
            fail_msg("%s, %s: %s", own_addresses[i].own, own_addresses[i].host,
                     reason ? reason : "let through");
        assert_int_equal(close(process.fd), 0);
    }
}

static const struct {
    enum peer_verdict verdict;
    const char *refused; /* NULL: let through */
} verdicts[] = {
    { PEER_OURS, NULL },
    { PEER_UNASKED, "the system does not say who is at the other end" },
    { PEER_UNKNOWN, "the system does not say who is at the other end" },
    { PEER_OTHER_USER, "a process of another user is at the other end, as with "
                       "a reverse proxy" },
    { PEER_GONE, "the other end closed before it could be identified" },
    { PEER_OTHER_NETWORK, "it comes from another network namespace" },
    { PEER_OTHER_ADDRESS, "it did not connect to a loopback address" },
};

/* Whatever the fields say, and the other way round. */
static void the_process_at_the_other_end_counts(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        struct peer_process process = { .verdict = verdicts[i].verdict };
        struct request req = { .arena = arena, .process = &process };
        struct fields fields;
        struct err err;
        const char *reason;

        assert_true(addr_parse("127.0.0.1", 40000, &req.peer, &err));
        req.headers = *fields_read(&fields, LOCAL);
        reason = loopback_refusal(&req);
        assert_int_equal(reason == NULL, verdicts[i].refused == NULL);
        if (reason) {
            unit_assert_part(reason, "not this machine: ");
            unit_assert_part(reason, verdicts[i].refused);
        }
        req.headers = *fields_read(&fields, LOCAL "Via: 1.1 x\n");
        unit_assert_part(loopback_refusal(&req), FORWARDED);
    }
    arena_free(arena);
}

static void a_request_of_no_connection_is_nobodys(void **state)
{
    struct request req = { .arena = arena_new() };
    struct fields fields;
    struct err err;

    (void)state;
    assert_true(addr_parse("127.0.0.1", 40000, &req.peer, &err));
    req.headers = *fields_read(&fields, LOCAL);
    unit_assert_part(loopback_refusal(&req), "(it was not asked)");
    arena_free(req.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_this_machine_is_let_through),
        cmocka_unit_test(the_address_that_was_connected_to_is_ours),
        cmocka_unit_test(the_process_at_the_other_end_counts),
        cmocka_unit_test(a_request_of_no_connection_is_nobodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
