// SPDX-License-Identifier: MIT
/* The sockets that HOST means. */
#include "net/doors.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "unit.h"
#include "wire.h"

struct scene {
    struct loop *loop;
    unsigned count;
    struct addr peer;
};

static void take(void *arg, int fd, const struct addr *peer)
{
    struct scene *scene = arg;

    scene->count++;
    scene->peer = *peer;
    (void)close(fd);
}

static int open_scene(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .loop = loop_new() };
    *state = &scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    loop_free(scene->loop);
    return 0;
}

static const struct {
    const char *host;
    const char *first;
    bool also_v6;
} meanings[] = {
    { "localhost", "127.0.0.1", true },
    { "LOCALhost", "127.0.0.1", true },
    { "0.0.0.0", "0.0.0.0", true },
    { "127.0.0.1", "127.0.0.1", false },
    { "127.0.0.2", "127.0.0.2", false },
    { "::1", "::1", false },
    { "::", "::", false },
};

static void localhost_and_everywhere_mean_two(void **state)
{
    const char *hosts[DOORS_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        assert_int_equal(doors_hosts(meanings[i].host, hosts),
                         1 + meanings[i].also_v6);
        assert_string_equal(hosts[0], meanings[i].first);
        if (meanings[i].also_v6)
            assert_string_equal(hosts[1], "::1");
    }
}

static struct doors *open_doors(struct scene *scene, const char *host,
                                uint16_t port, bool shared)
{
    struct listener_options options = { .host = host,
                                        .port = port,
                                        .shared = shared };
    struct err err;

    return doors_new(scene->loop, &options, take, scene, &err);
}

/* -1 if there is no such address. */
static int connect_v6(uint16_t port)
{
    struct sockaddr_in6 to = { .sin6_family = AF_INET6,
                               .sin6_port = htons(port),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)(void *)&to, sizeof(to)) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static bool has_two(void *arg)
{
    const struct scene *scene = arg;

    return scene->count == 2;
}

static void both_are_served_on_one_port(void **state)
{
    static const char *const hosts[] = { "localhost", "0.0.0.0" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct doors *doors = open_doors(scene, hosts[i], 0, false);
        struct wire client;
        int fd;

        assert_non_null(doors);
        scene->count = 0;
        wire_connect(&client, scene->loop, doors_port(doors));
        fd = connect_v6(doors_port(doors));
        assert_int_equal(fd >= 0, doors_count(doors) == 2);
        if (fd >= 0)
            wire_until(scene->loop, has_two, scene);
        assert_true(fd < 0 || addr_is_loopback(&scene->peer));
        wire_close(&client);
        if (fd >= 0)
            (void)close(fd);
        doors_free(doors);
    }
}

/* Others of the process share both. */
static void doors_are_shared_or_refused_as_one(void **state)
{
    struct scene *scene = *state;
    struct doors *first = open_doors(scene, "localhost", 0, false);
    struct doors *second =
        open_doors(scene, "localhost", doors_port(first), true);

    assert_non_null(second);
    assert_int_equal(doors_count(first), doors_count(second));
    assert_null(open_doors(scene, "localhost", doors_port(first), false));
    doors_free(second);
    doors_free(first);
}

/* Who finds a stranger at ::1 must not take it for the relay. */
static void a_port_that_is_taken_at_one_address_is_taken(void **state)
{
    struct scene *scene = *state;
    struct doors *other = open_doors(scene, "::1", 0, false);

    if (!other)
        skip(); /* no IPv6 here */
    assert_null(open_doors(scene, "localhost", doors_port(other), false));
    assert_null(open_doors(scene, "0.0.0.0", doors_port(other), false));
    doors_free(other);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(localhost_and_everywhere_mean_two),
        TEST(both_are_served_on_one_port),
        TEST(doors_are_shared_or_refused_as_one),
        TEST(a_port_that_is_taken_at_one_address_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
