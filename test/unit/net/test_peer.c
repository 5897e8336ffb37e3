// SPDX-License-Identifier: MIT
/* What follows from what the system says of a client's socket. */
#include "net/peer.h"

#include <netinet/tcp.h>

#include "unit.h"

#define OURS 1000u
#define WWW_DATA 33u
#define UNMAPPED 65534u

struct ends {
    const char *client;
    uint16_t client_port;
    const char *server;
    uint16_t server_port;
};

static const struct ends v4 = { "127.0.0.1", 40000, "127.0.0.1", 3000 };

static struct peer_end end(const char *host, uint16_t port)
{
    const unsigned char *ip;
    struct addr addr;
    struct err err;
    size_t len;

    assert_true(addr_parse(host, port, &addr, &err));
    len = addr_ip(&addr, &ip);
    return peer_end_of(ip, len, port);
}

static bool pair_of(struct ends ends, struct peer_pair *pair)
{
    struct addr client;
    struct addr server;
    struct err err;

    assert_true(addr_parse(ends.client, ends.client_port, &client, &err));
    assert_true(addr_parse(ends.server, ends.server_port, &server, &err));
    return peer_pair_make(&client, &server, pair);
}

static const struct {
    const char *client;
    const char *server;
    bool is_pair;
} pairs[] = {
    { "127.0.0.1", "127.0.0.1", true },
    { "127.0.0.9", "127.1.2.3", true },
    { "::1", "::1", true },
    { "::ffff:127.0.0.1", "::ffff:127.0.0.1", true },
    { "::ffff:127.0.0.1", "127.0.0.1", true },
    { "127.0.0.1", "10.0.0.1", false },
    { "10.0.0.1", "127.0.0.1", false },
    { "10.0.0.1", "10.0.0.1", false },
    { "127.0.0.1", "0.0.0.0", false },
    { "::1", "::", false },
    { "::1", "2001:db8::1", false },
    { "::1", "127.0.0.1", false },
    { "127.0.0.1", "::1", false },
};

static void both_addresses_are_loopback(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct peer_pair pair;
        struct ends ends = { pairs[i].client, 1, pairs[i].server, 2 };

        if (pair_of(ends, &pair) != pairs[i].is_pair)
            fail_msg("%s to %s", pairs[i].client, pairs[i].server);
    }
}

static const struct {
    const char *name;
    struct ends found; /* all 0: the right one */
    unsigned state;
    uint32_t uid;
    uint64_t inode;
    struct peer_rules rules;
    enum peer_verdict verdict;
} cases[] = {
    { "our own user",
      { 0 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_OURS },
    { "root", { 0 }, TCP_ESTABLISHED, 0, 7, { OURS, true }, PEER_OURS },
    { "root, and so are we",
      { 0 },
      TCP_ESTABLISHED,
      0,
      7,
      { 0, true },
      PEER_OURS },
    { "a reverse proxy",
      { 0 },
      TCP_ESTABLISHED,
      WWW_DATA,
      7,
      { OURS, true },
      PEER_OTHER_USER },
    { "a reverse proxy, and we are root",
      { 0 },
      TCP_ESTABLISHED,
      WWW_DATA,
      7,
      { 0, true },
      PEER_OTHER_USER },
    { "a user beside ours",
      { 0 },
      TCP_ESTABLISHED,
      OURS + 1,
      7,
      { OURS, true },
      PEER_OTHER_USER },
    { "no user at all",
      { 0 },
      TCP_ESTABLISHED,
      UINT32_MAX,
      7,
      { OURS, true },
      PEER_OTHER_USER },
    /* an orphan looks like root */
    { "sent and closed",
      { 0 },
      TCP_FIN_WAIT2,
      0,
      0,
      { OURS, true },
      PEER_GONE },
    { "sent and closed, FIN on its way",
      { 0 },
      TCP_FIN_WAIT1,
      0,
      0,
      { OURS, true },
      PEER_GONE },
    { "an orphan when we are root",
      { 0 },
      TCP_FIN_WAIT2,
      0,
      0,
      { 0, true },
      PEER_GONE },
    { "inode 0 in any state",
      { 0 },
      TCP_ESTABLISHED,
      OURS,
      0,
      { OURS, true },
      PEER_GONE },
    /* states */
    { "ended its side",
      { 0 },
      TCP_FIN_WAIT1,
      OURS,
      7,
      { OURS, true },
      PEER_OURS },
    { "ended its side, and we know",
      { 0 },
      TCP_FIN_WAIT2,
      OURS,
      7,
      { OURS, true },
      PEER_OURS },
    { "we ended ours",
      { 0 },
      TCP_CLOSE_WAIT,
      OURS,
      7,
      { OURS, true },
      PEER_OURS },
    { "half-closed proxy",
      { 0 },
      TCP_FIN_WAIT2,
      WWW_DATA,
      7,
      { OURS, true },
      PEER_OTHER_USER },
    { "over", { 0 }, TCP_TIME_WAIT, 0, 0, { OURS, true }, PEER_GONE },
    { "over, whatever it says",
      { 0 },
      TCP_TIME_WAIT,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "closed", { 0 }, TCP_CLOSE, OURS, 7, { OURS, true }, PEER_GONE },
    { "not connected yet",
      { 0 },
      TCP_SYN_SENT,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "half of a handshake",
      { 0 },
      TCP_SYN_RECV,
      0,
      0,
      { OURS, true },
      PEER_GONE },
    { "a listener", { 0 }, TCP_LISTEN, OURS, 7, { OURS, true }, PEER_GONE },
    { "last acknowledgement",
      { 0 },
      TCP_LAST_ACK,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "both closing", { 0 }, TCP_CLOSING, OURS, 7, { OURS, true }, PEER_GONE },
    { "no such state", { 0 }, 200, OURS, 7, { OURS, true }, PEER_GONE },
    /* 65534 */
    { "nobody, and so are we",
      { 0 },
      TCP_ESTABLISHED,
      UNMAPPED,
      7,
      { UNMAPPED, true },
      PEER_OURS },
    { "nobody or somebody unmapped",
      { 0 },
      TCP_ESTABLISHED,
      UNMAPPED,
      7,
      { UNMAPPED, false },
      PEER_OTHER_USER },
    { "somebody unmapped",
      { 0 },
      TCP_ESTABLISHED,
      UNMAPPED,
      7,
      { OURS, false },
      PEER_OTHER_USER },
    { "our user, mapped",
      { 0 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, false },
      PEER_OURS },
    { "root of the namespace",
      { 0 },
      TCP_ESTABLISHED,
      0,
      7,
      { UNMAPPED, false },
      PEER_OURS },
    /* another socket: the kernel falls back to a listener, for example */
    { "another client port",
      { "127.0.0.1", 40001, "127.0.0.1", 3000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "another client",
      { "127.0.0.2", 40000, "127.0.0.1", 3000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "another server port",
      { "127.0.0.1", 40000, "127.0.0.1", 3001 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "another server",
      { "127.0.0.1", 40000, "127.0.0.2", 3000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "the server's own end",
      { "127.0.0.1", 3000, "127.0.0.1", 40000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "a listener's ends",
      { "0.0.0.0", 3000, "0.0.0.0", 0 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "another family",
      { "::1", 40000, "::1", 3000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_GONE },
    { "IPv4 inside IPv6",
      { "::ffff:127.0.0.1", 40000, "::ffff:127.0.0.1", 3000 },
      TCP_ESTABLISHED,
      OURS,
      7,
      { OURS, true },
      PEER_OURS },
    { "a proxy's IPv4 inside IPv6",
      { "::ffff:127.0.0.1", 40000, "::ffff:127.0.0.1", 3000 },
      TCP_ESTABLISHED,
      WWW_DATA,
      7,
      { OURS, true },
      PEER_OTHER_USER },
};

static void a_socket_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ends ends = cases[i].found.client ? cases[i].found : v4;
        struct peer_socket found = {
            .local = end(ends.client, ends.client_port),
            .remote = end(ends.server, ends.server_port),
            .state = cases[i].state,
            .uid = cases[i].uid,
            .inode = cases[i].inode,
        };
        struct peer_pair pair;
        enum peer_verdict verdict;

        assert_true(pair_of(v4, &pair));
        verdict = peer_judge(&cases[i].rules, &pair, &found);
        if (verdict != cases[i].verdict)
            fail_msg("%s: verdict %d", cases[i].name, (int)verdict);
    }
}

static const struct {
    const char *text;
    bool is_whole;
} maps[] = {
    { "         0          0 4294967295\n", true },
    { "0 0 4294967295", true },
    { "", false },
    { "\n", false },
    { "0 0 4294967294\n", false },
    { "0 1000 4294967295\n", false },
    { "1000 0 4294967295\n", false },
    { "0 1000 1\n", false },
    { "0 0 1\n1 100000 65536\n", false },
    { "0 0 4294967295\n1 1 1\n", false },
    { "0 0\n", false },
    { "0 0 x\n", false },
    { "65534 65534 1\n", false },
};

static void a_map_of_users_is_whole_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(maps); i++) {
        if (peer_map_is_whole(str_of(maps[i].text)) != maps[i].is_whole)
            fail_msg("%s", maps[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_addresses_are_loopback),
        cmocka_unit_test(a_socket_is_judged),
        cmocka_unit_test(a_map_of_users_is_whole_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
