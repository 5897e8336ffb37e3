// SPDX-License-Identifier: MIT
/* Which way of asking works here: tried with a connection of our own, whose owner
   is known.  Blocking, at the start. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/peer_netlink.h"
#include "net/peer_proc.h"
#include "net/peers_internal.h"

#define CONNECT_MAX_MS 1000

struct own_connection {
    int listening;
    int client;
    struct peer_pair pair;
    uint64_t inode; /* of the client's socket */
};

/* ---- a connection of our own -------------------------------------------- */

static bool listen_on(int fd, struct addr *addr)
{
    return bind(fd, (const struct sockaddr *)(const void *)&addr->sa,
                addr->len) == 0 &&
           listen(fd, 1) == 0 && addr_of_socket(fd, addr);
}

/* Not for ever: a packet filter may drop what goes to loopback. */
static bool connect_to(int fd, const struct addr *addr)
{
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    int failure = 0;
    socklen_t len = sizeof(failure);

    if (connect(fd, (const struct sockaddr *)(const void *)&addr->sa,
                addr->len) == 0)
        return true;
    if (errno != EINPROGRESS)
        return false;
    if (poll(&ready, 1, CONNECT_MAX_MS) != 1) {
        errno = ETIMEDOUT;
        return false;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len) != 0)
        return false;
    errno = failure;
    return failure == 0;
}

static int open_socket(const struct addr *addr)
{
    return socket(addr->sa.ss_family,
                  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static bool connect_at(struct own_connection *own, const char *host,
                       struct err *err)
{
    struct addr server;
    struct addr client;
    struct stat info;

    if (!addr_parse(host, 0, &server, err))
        return false;
    own->listening = open_socket(&server);
    own->client = open_socket(&server);
    if (own->listening < 0 || own->client < 0 ||
        !listen_on(own->listening, &server) ||
        !connect_to(own->client, &server) ||
        !addr_of_socket(own->client, &client) || fstat(own->client, &info) != 0)
        return err_errno(err, "no connection of our own to %s", host);
    own->inode = info.st_ino;
    return peer_pair_make(&client, &server, &own->pair) ||
           err_set(err, ERR_IO, "no connection of our own to %s", host);
}

static void disconnect(struct own_connection *own)
{
    if (own->listening >= 0)
        (void)close(own->listening);
    if (own->client >= 0)
        (void)close(own->client);
    own->listening = own->client = -1;
}

static bool connect_somewhere(struct own_connection *own, struct err *err)
{
    struct err second;

    if (connect_at(own, "127.0.0.1", err))
        return true;
    disconnect(own);
    return connect_at(own, "::1", &second);
}

/* ---- the ways ----------------------------------------------------------- */

/* An inode is one socket's alone; the kernel tells 32 bits of it. */
static bool is_right(const struct peers *peers,
                     const struct own_connection *own,
                     const struct peer_socket *found, struct err *err)
{
    if (found->uid == peers->rules.uid &&
        (uint32_t)found->inode == (uint32_t)own->inode)
        return true;
    return err_set(err, ERR_IO,
                   "it does not know a connection of the relay's own");
}

static bool try_netlink(const struct peers *peers,
                        const struct own_connection *own, struct err *err)
{
    struct peer_socket found = { .uid = 0 };
    int fd = peer_netlink_open(err);
    enum peer_netlink_found answer;

    if (fd < 0)
        return false;
    answer = peer_netlink_ask(fd, &own->pair, &found, err);
    (void)close(fd);
    return answer != PEER_NETLINK_FAILED && is_right(peers, own, &found, err);
}

static bool try_proc(const struct peers *peers,
                     const struct own_connection *own, struct err *err)
{
    struct peer_search search = { .pair = own->pair };
    struct peer_search *all[] = { &search };

    return peer_proc_search(peers->proc, all, 1, err) &&
           is_right(peers, own, &search.found, err);
}

static enum peers_way try_both(struct peers *peers, bool without_netlink,
                               const struct own_connection *own)
{
    struct err netlink = { .text = "not asked" };
    struct err proc;

    if (!without_netlink && try_netlink(peers, own, &netlink))
        return PEERS_NETLINK;
    if (try_proc(peers, own, &proc)) {
        (void)snprintf(peers->trouble, sizeof(peers->trouble),
                       "netlink: %.100s", netlink.text);
        return PEERS_PROC;
    }
    (void)snprintf(peers->trouble, sizeof(peers->trouble),
                   "netlink: %.100s, %.60s/tcp: %.100s", netlink.text,
                   peers->proc, proc.text);
    return PEERS_NEITHER;
}

enum peers_way peers_try(struct peers *peers, bool without_netlink)
{
    struct own_connection own = { .listening = -1, .client = -1 };
    enum peers_way way = PEERS_NEITHER;
    struct err err;

    if (connect_somewhere(&own, &err))
        way = try_both(peers, without_netlink, &own);
    else
        (void)snprintf(peers->trouble, sizeof(peers->trouble), "%.300s",
                       err.text);
    disconnect(&own);
    return way;
}
