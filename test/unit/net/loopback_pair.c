// SPDX-License-Identifier: MIT
/* A connection of the test's own between two loopback addresses. */
#include "loopback_pair.h"

#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr *sa_of(struct addr *addr)
{
    return (struct sockaddr *)(void *)&addr->sa;
}

static int listen_at(const char *host, struct addr *addr)
{
    struct err err;
    int fd;

    assert_true(addr_parse(host, 0, addr, &err));
    fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, sa_of(addr), addr->len) == 0 &&
        listen(fd, 8) == 0 && getsockname(fd, sa_of(addr), &addr->len) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static int connect_to(const char *host, uint16_t port, bool bound)
{
    static const char device[] = "lo";
    struct addr addr;
    struct err err;
    int fd;

    assert_true(addr_parse(host, port, &addr, &err));
    fd = socket(addr.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        (!bound || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
                              sizeof(device)) == 0) &&
        connect(fd, sa_of(&addr), addr.len) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

bool loopback_pair_open(struct loopback_pair *pair, const char *server,
                        const char *client, bool bound)
{
    struct addr addr;

    pair->listening = listen_at(server, &addr);
    if (pair->listening < 0)
        return false;
    pair->server = -1;
    pair->client = connect_to(client, addr_port(&addr), bound);
    pair->client_addr.len = sizeof(pair->client_addr.sa);
    if (pair->client >= 0)
        pair->server = accept4(pair->listening, sa_of(&pair->client_addr),
                               &pair->client_addr.len, SOCK_CLOEXEC);
    if (pair->server < 0) {
        loopback_pair_close(pair);
        return false;
    }
    addr.len = sizeof(addr.sa);
    assert_int_equal(getsockname(pair->server, sa_of(&addr), &addr.len), 0);
    assert_true(peer_pair_make(&pair->client_addr, &addr, &pair->pair));
    return true;
}

static void reset(int fd)
{
    const struct linger now = { .l_onoff = 1 };

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)),
                     0);
    (void)close(fd);
}

bool loopback_pair_replace_client(struct loopback_pair *pair)
{
    struct addr client = { .len = sizeof(client.sa) };
    struct addr server = { .len = sizeof(server.sa) };

    assert_int_equal(getsockname(pair->client, sa_of(&client), &client.len), 0);
    assert_int_equal(getpeername(pair->client, sa_of(&server), &server.len), 0);
    assert_int_equal(send(pair->client, "request", 7, 0), 7);
    reset(pair->client);
    pair->client = socket(client.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(pair->client, sa_of(&client), client.len) == 0 &&
           connect(pair->client, sa_of(&server), server.len) == 0;
}

void loopback_pair_close(struct loopback_pair *pair)
{
    if (pair->listening >= 0)
        (void)close(pair->listening);
    if (pair->client >= 0)
        (void)close(pair->client);
    if (pair->server >= 0)
        (void)close(pair->server);
}

struct peer_pair loopback_pair_of(const char *client, uint16_t client_port,
                                  const char *server, uint16_t server_port)
{
    struct peer_pair pair;
    struct addr from;
    struct addr to;
    struct err err;

    assert_true(addr_parse(client, client_port, &from, &err));
    assert_true(addr_parse(server, server_port, &to, &err));
    assert_true(peer_pair_make(&from, &to, &pair));
    return pair;
}
