// SPDX-License-Identifier: MIT
/* The question to the kernel, and answers, true and false ones. */
#include "net/peer_netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "loopback_pair.h"

/* ---- the question ------------------------------------------------------- */

static const struct {
    const char *client;
    const char *server;
    unsigned family;
    const char *first; /* bytes of the client's address, in hexadecimal */
} questions[] = {
    { "127.0.0.1", "127.0.0.1", AF_INET, "7f000001" },
    { "127.1.2.3", "127.0.0.1", AF_INET, "7f010203" },
    /* found by a question of IPv4 alone */
    { "::ffff:127.0.0.1", "::ffff:127.0.0.1", AF_INET, "7f000001" },
    { "::1", "::1", AF_INET6, "00000000" },
};

static void the_question_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        unsigned char out[PEER_NETLINK_QUESTION];
        struct inet_diag_req_v2 body;
        struct peer_pair pair;
        struct nlmsghdr head;
        uint32_t first;

        pair = loopback_pair_of(questions[i].client, 40000, questions[i].server,
                                3000);
        peer_netlink_write(&pair, out);
        memcpy(&head, out, sizeof(head));
        memcpy(&body, out + sizeof(head), sizeof(body));
        assert_int_equal(head.nlmsg_len, sizeof(out));
        assert_int_equal(head.nlmsg_flags & NLM_F_DUMP, 0);
        assert_int_equal(body.sdiag_family, questions[i].family);
        assert_int_equal(ntohs(body.id.idiag_sport), 40000);
        assert_int_equal(ntohs(body.id.idiag_dport), 3000);
        assert_int_equal(body.id.idiag_if, 1);
        assert_int_equal(body.id.idiag_cookie[0], INET_DIAG_NOCOOKIE);
        assert_int_equal(body.id.idiag_cookie[1], INET_DIAG_NOCOOKIE);
        first = (uint32_t)strtoul(questions[i].first, NULL, 16);
        assert_int_equal(ntohl(body.id.idiag_src[0]), first);
    }
}

/* ---- answers ------------------------------------------------------------ */

struct answer {
    struct nlmsghdr head;
    union {
        struct inet_diag_msg msg;
        int number;
    } body;
};

static struct answer make_answer(unsigned family)
{
    struct answer answer = {
        .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_msg)),
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY },
        .body.msg = { .idiag_family = (uint8_t)family,
                      .idiag_state = TCP_ESTABLISHED,
                      .idiag_uid = 33,
                      .idiag_inode = 4711,
                      .id = { .idiag_sport = htons(40000),
                              .idiag_dport = htons(3000) } },
    };

    return answer;
}

static enum peer_netlink_found read_answer(const struct answer *answer,
                                           size_t len,
                                           struct peer_socket *found,
                                           struct err *err)
{
    struct str bytes = { (const char *)(const void *)answer, len };

    return peer_netlink_read(bytes, found, err);
}

static void an_answer_is_read(void **state)
{
    struct answer answer = make_answer(AF_INET6);
    struct peer_pair pair =
        loopback_pair_of("127.0.0.1", 40000, "127.0.0.1", 3000);
    struct peer_socket found;
    struct err err;
    __be32 *src = answer.body.msg.id.idiag_src;

    (void)state;
    /* As a client of ::ffff:127.0.0.1 is answered. */
    src[2] = answer.body.msg.id.idiag_dst[2] = htonl(0xffff);
    src[3] = answer.body.msg.id.idiag_dst[3] = htonl(0x7f000001);
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FOUND);
    assert_true(peer_socket_is(&found, &pair));
    assert_int_equal(found.uid, 33);
    assert_int_equal(found.inode, 4711);
    assert_int_equal(found.state, TCP_ESTABLISHED);
    src[3] = htonl(0x7f000002);
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FOUND);
    assert_false(peer_socket_is(&found, &pair));
}

static const struct {
    int number;
    enum peer_netlink_found found;
    const char *text;
} refusals[] = {
    { -ENOENT, PEER_NETLINK_NONE, "" },
    { -EPERM, PEER_NETLINK_FAILED, "not permitted" },
    { -EACCES, PEER_NETLINK_FAILED, "denied" },
    { -EOPNOTSUPP, PEER_NETLINK_FAILED, "not supported" },
    { 0, PEER_NETLINK_FAILED, "Protocol" },
    { ENOENT, PEER_NETLINK_FAILED, "Protocol" },
};

static void a_refusal_is_not_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct answer answer = { .head = { .nlmsg_len = NLMSG_LENGTH(4),
                                           .nlmsg_type = NLMSG_ERROR },
                                 .body.number = refusals[i].number };
        struct peer_socket found;
        struct err err = { .text = "" };

        assert_int_equal(read_answer(&answer, NLMSG_LENGTH(4), &found, &err),
                         refusals[i].found);
        unit_assert_part(err.text, refusals[i].text);
    }
}

/* Every length but the whole one, wrong lengths inside, other types. */
static void what_is_malformed_is_refused(void **state)
{
    struct answer answer = make_answer(AF_INET);
    struct peer_socket found;
    struct err err;

    (void)state;
    for (size_t len = 0; len < answer.head.nlmsg_len; len++)
        assert_int_equal(read_answer(&answer, len, &found, &err),
                         PEER_NETLINK_FAILED);
    answer.head.nlmsg_len = 8;
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
    answer.head.nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_msg) - 1);
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
    answer.head.nlmsg_len = UINT32_MAX;
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
    answer = make_answer(AF_UNIX);
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
    answer = make_answer(AF_INET);
    answer.head.nlmsg_type = NLMSG_DONE;
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
    answer.head.nlmsg_type = NLMSG_ERROR;
    answer.head.nlmsg_len = NLMSG_LENGTH(3);
    assert_int_equal(read_answer(&answer, sizeof(answer), &found, &err),
                     PEER_NETLINK_FAILED);
}

/* ---- who answers --------------------------------------------------------- */

static int named_socket(const char *name, struct sockaddr_un *addr,
                        socklen_t *len)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    size_t name_len;

    *addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
    (void)snprintf(addr->sun_path + 1, sizeof(addr->sun_path) - 1, "%s-%ld",
                   name, (long)getpid());
    name_len = strlen(addr->sun_path + 1);
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + name_len);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)addr, *len), 0);
    return fd;
}

/* Whoever may write to our descriptor: its name stands where the kernel's port would,
   and is not 0. */
static void only_the_kernel_is_believed(void **state)
{
    struct answer answer = make_answer(AF_INET);
    struct peer_pair pair =
        loopback_pair_of("127.0.0.1", 40000, "127.0.0.1", 3000);
    struct sockaddr_un ours;
    struct sockaddr_un theirs;
    socklen_t our_len;
    socklen_t their_len;
    int fd = named_socket("netlink-asks", &ours, &our_len);
    int forger = named_socket("netlink-forger", &theirs, &their_len);
    struct peer_socket found;
    struct err err;

    (void)state;
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&theirs, their_len),
                     0);
    assert_int_equal(sendto(forger, &answer, sizeof(answer), 0,
                            (struct sockaddr *)(void *)&ours, our_len),
                     sizeof(answer));
    assert_int_equal(peer_netlink_ask(fd, &pair, &found, &err),
                     PEER_NETLINK_FAILED);
    unit_assert_part(err.text, "Protocol error");
    (void)close(fd);
    (void)close(forger);
}

/* ---- the kernel --------------------------------------------------------- */

static void expect_own(int fd, const struct loopback_pair *pair)
{
    struct peer_socket found;
    struct stat info;
    struct err err;

    assert_int_equal(peer_netlink_ask(fd, &pair->pair, &found, &err),
                     PEER_NETLINK_FOUND);
    assert_true(peer_socket_is(&found, &pair->pair));
    assert_int_equal(found.uid, geteuid());
    assert_int_equal(fstat(pair->client, &info), 0);
    assert_int_equal((uint32_t)found.inode, (uint32_t)info.st_ino);
}

/* Also of a client that is bound to the loopback device. */
static void the_kernel_knows_the_client(void **state)
{
    static const struct {
        const char *server;
        const char *client;
        bool bound;
    } ways[] = {
        { "127.0.0.1", "127.0.0.1", false },
        { "127.0.0.1", "127.0.0.1", true },
        { "127.0.0.1", "::ffff:127.0.0.1", false },
        { "::", "::1", false },
        { "::1", "::1", true },
        { "::", "::ffff:127.0.0.1", false },
    };
    struct err err;
    int fd = peer_netlink_open(&err);

    (void)state;
    if (fd < 0)
        skip();
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct loopback_pair pair;

        if (!loopback_pair_open(&pair, ways[i].server, ways[i].client,
                                ways[i].bound))
            continue; /* no IPv6 here */
        expect_own(fd, &pair);
        loopback_pair_close(&pair);
    }
    (void)close(fd);
}

/* The client has gone; the socket that it left behind often looks like root's. */
static void an_orphan_has_no_inode(void **state)
{
    struct peer_rules rules = { geteuid(), true };
    struct peer_socket found;
    struct loopback_pair pair;
    struct err err;
    int fd = peer_netlink_open(&err);

    (void)state;
    if (fd < 0)
        skip();
    assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
    (void)close(pair.client);
    pair.client = -1;
    assert_int_equal(peer_netlink_ask(fd, &pair.pair, &found, &err),
                     PEER_NETLINK_FOUND);
    assert_int_equal(found.inode, 0);
    assert_int_equal(peer_judge(&rules, &pair.pair, &found), PEER_GONE);
    loopback_pair_close(&pair);
    assert_int_not_equal(peer_netlink_ask(fd, &pair.pair, &found, &err),
                         PEER_NETLINK_FAILED);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_exact),
        cmocka_unit_test(an_answer_is_read),
        cmocka_unit_test(a_refusal_is_not_an_answer),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(only_the_kernel_is_believed),
        cmocka_unit_test(the_kernel_knows_the_client),
        cmocka_unit_test(an_orphan_has_no_inode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
