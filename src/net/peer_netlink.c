// SPDX-License-Identifier: MIT
/* Asking the kernel whose socket it is. */
#include "net/peer_netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's LOOPBACK_IFINDEX: the same in every network namespace. */
#define LOOPBACK_DEVICE 1
#define ANSWER_MAX 4096

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};
_Static_assert(sizeof(struct question) == PEER_NETLINK_QUESTION,
               "the question has no gap");

int peer_netlink_open(struct err *err)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    NETLINK_SOCK_DIAG);

    if (fd < 0)
        err_errno(err, "socket");
    return fd;
}

void peer_netlink_write(const struct peer_pair *pair,
                        unsigned char out[PEER_NETLINK_QUESTION])
{
    struct question question = {
        .head = { .nlmsg_len = sizeof(question),
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                  .nlmsg_flags = NLM_F_REQUEST },
        .body = { .sdiag_family = pair->client.ip_len == 4 ? AF_INET : AF_INET6,
                  .sdiag_protocol = IPPROTO_TCP,
                  .idiag_states = UINT32_MAX,
                  .id = { .idiag_sport = htons(pair->client.port),
                          .idiag_dport = htons(pair->server.port),
                          /* With 0 the kernel does not find a client that is
                             bound to the device. */
                          .idiag_if = LOOPBACK_DEVICE,
                          .idiag_cookie = { INET_DIAG_NOCOOKIE,
                                            INET_DIAG_NOCOOKIE } } },
    };

    memcpy(question.body.id.idiag_src, pair->client.ip, pair->client.ip_len);
    memcpy(question.body.id.idiag_dst, pair->server.ip, pair->server.ip_len);
    memcpy(out, &question, sizeof(question));
}

/* ---- the answer --------------------------------------------------------- */

static enum peer_netlink_found failed(struct err *err, int number)
{
    errno = number;
    err_errno(err, "asking the kernel");
    return PEER_NETLINK_FAILED;
}

static struct peer_end end_of(unsigned family, const __be32 *ip, __be16 port)
{
    unsigned char bytes[16];

    memcpy(bytes, ip, sizeof(bytes));
    return peer_end_of(bytes, family == AF_INET ? 4 : 16, ntohs(port));
}

static enum peer_netlink_found read_socket(struct str body,
                                           struct peer_socket *found,
                                           struct err *err)
{
    struct inet_diag_msg msg;

    if (body.len < sizeof(msg))
        return failed(err, EPROTO);
    memcpy(&msg, body.at, sizeof(msg));
    if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
        return failed(err, EPROTO);
    found->local =
        end_of(msg.idiag_family, msg.id.idiag_src, msg.id.idiag_sport);
    found->remote =
        end_of(msg.idiag_family, msg.id.idiag_dst, msg.id.idiag_dport);
    found->state = msg.idiag_state;
    found->uid = msg.idiag_uid;
    found->inode = msg.idiag_inode;
    return PEER_NETLINK_FOUND;
}

/* A negative errno.  0 would be an acknowledgement, which was not asked for. */
static enum peer_netlink_found read_refusal(struct str body, struct err *err)
{
    int number;

    if (body.len < sizeof(number))
        return failed(err, EPROTO);
    memcpy(&number, body.at, sizeof(number));
    if (number == -ENOENT)
        return PEER_NETLINK_NONE;
    return failed(err, number < 0 ? -number : EPROTO);
}

enum peer_netlink_found peer_netlink_read(struct str answer,
                                          struct peer_socket *found,
                                          struct err *err)
{
    struct nlmsghdr head;
    struct str body;

    if (answer.len < sizeof(head))
        return failed(err, EPROTO);
    memcpy(&head, answer.at, sizeof(head));
    if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > answer.len)
        return failed(err, EPROTO);
    body = str_sub(answer, sizeof(head), head.nlmsg_len - sizeof(head));
    if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
        return read_socket(body, found, err);
    if (head.nlmsg_type == NLMSG_ERROR)
        return read_refusal(body, err);
    return failed(err, EPROTO);
}

/* ---- asking ------------------------------------------------------------- */

/* Nobody but the kernel (port 0) is listened to. */
static ssize_t receive(int fd, char *room, size_t size)
{
    struct sockaddr_nl from = { .nl_pid = UINT32_MAX };
    socklen_t from_len = sizeof(from);
    ssize_t len = recvfrom(fd, room, size, 0, (struct sockaddr *)(void *)&from,
                           &from_len);

    if (len >= 0 && (from_len < sizeof(from) || from.nl_pid != 0)) {
        errno = EPROTO;
        return -1;
    }
    return len;
}

enum peer_netlink_found peer_netlink_ask(int fd, const struct peer_pair *pair,
                                         struct peer_socket *found,
                                         struct err *err)
{
    unsigned char question[PEER_NETLINK_QUESTION];
    char answer[ANSWER_MAX];
    ssize_t len;

    peer_netlink_write(pair, question);
    if (send(fd, question, sizeof(question), 0) < 0)
        return failed(err, errno);
    len = receive(fd, answer, sizeof(answer));
    if (len < 0)
        return failed(err, errno);
    return peer_netlink_read((struct str){ answer, (size_t)len }, found, err);
}
