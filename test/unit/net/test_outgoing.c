// SPDX-License-Identifier: MIT
/* Our own outgoing connections, and who comes from one of them. */
#include "net/outgoing.h"

#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"
#include "wire.h"

static struct addr local_of(int fd)
{
    struct addr addr = { .len = sizeof(addr.sa) };

    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&addr.sa,
                                 &addr.len),
                     0);
    return addr;
}

static struct addr addr_of(const char *host, uint16_t port)
{
    struct addr addr;
    struct err err;

    assert_true(addr_parse(host, port, &addr, &err));
    return addr;
}

/* A connection: what we made, and what was accepted. */
struct ways {
    struct outgoing *outgoing;
    int ours;
    int accepted;
    struct addr peer; /* of the accepted one */
};

static int ways_open(void **state)
{
    static struct ways ways;
    int ends[2];

    wire_pair(ends);
    ways = (struct ways){ .outgoing = outgoing_new(),
                          .ours = ends[0],
                          .accepted = ends[1],
                          .peer = local_of(ends[0]) };
    *state = &ways;
    return 0;
}

static int ways_close(void **state)
{
    struct ways *ways = *state;

    (void)close(ways->ours);
    (void)close(ways->accepted);
    outgoing_free(ways->outgoing);
    return 0;
}

static bool is_own(const struct ways *ways, const struct addr *peer, int fd)
{
    return outgoing_is_own(ways->outgoing, peer, fd);
}

static void a_connection_is_known_until_it_is_forgotten(void **state)
{
    struct ways *ways = *state;
    struct outgoing_socket *socket;

    assert_false(is_own(ways, &ways->peer, ways->accepted));
    socket = outgoing_add(ways->outgoing, ways->ours);
    assert_non_null(socket);
    assert_true(is_own(ways, &ways->peer, ways->accepted));
    outgoing_forget(socket);
    assert_false(is_own(ways, &ways->peer, ways->accepted));
}

/* The same port on another address, or towards another one, is somebody else's. */
static void both_ends_count(void **state)
{
    struct ways *ways = *state;
    struct outgoing_socket *socket = outgoing_add(ways->outgoing, ways->ours);
    uint16_t port = addr_port(&ways->peer);
    struct addr mapped = addr_of("::ffff:127.0.0.1", port);
    struct addr other = addr_of("127.0.0.2", port);
    struct addr v6 = addr_of("::1", port);
    int elsewhere[2];

    wire_pair(elsewhere);
    assert_true(is_own(ways, &mapped, ways->accepted));
    assert_false(is_own(ways, &other, ways->accepted));
    assert_false(is_own(ways, &v6, ways->accepted));
    assert_false(is_own(ways, &ways->peer, elsewhere[1]));
    outgoing_forget(socket);
    (void)close(elsewhere[0]);
    (void)close(elsewhere[1]);
}

static void what_has_no_address_is_none(void **state)
{
    struct ways *ways = *state;
    struct addr nowhere = { .len = 0 };
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_null(outgoing_add(ways->outgoing, ends[0]));
    assert_null(outgoing_add(ways->outgoing, -1));
    assert_null(outgoing_add(NULL, ways->ours));
    assert_false(is_own(ways, &nowhere, ends[1]));
    outgoing_forget(NULL);
    outgoing_free(NULL);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, ways_open, ways_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_connection_is_known_until_it_is_forgotten),
        ROW(both_ends_count),
        ROW(what_has_no_address_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
