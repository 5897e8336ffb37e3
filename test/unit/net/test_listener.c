// SPDX-License-Identifier: MIT
/* Listening sockets: what a connection looks like, ports that are taken, and
   running out of descriptors. */
#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"
#include "wire.h"

struct scene {
    struct loop *loop;
    unsigned count;
    int fd;
    struct addr peer;
};

static void take(void *arg, int fd, const struct addr *peer)
{
    struct scene *scene = arg;

    scene->count++;
    if (scene->fd >= 0)
        (void)close(scene->fd);
    scene->fd = fd;
    scene->peer = *peer;
}

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .loop = loop_new(), .fd = -1 };
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    if (scene->fd >= 0)
        (void)close(scene->fd);
    loop_free(scene->loop);
    return 0;
}

static struct listener *listen_on(struct scene *scene, uint16_t port,
                                  bool shared)
{
    struct listener_options options = { .host = "127.0.0.1",
                                        .port = port,
                                        .shared = shared };
    struct err err = { .text = "" };
    struct listener *listener =
        listener_new(scene->loop, &options, take, scene, &err);

    if (!listener)
        unit_assert_part(err.text, "in use by another program");
    return listener;
}

static bool has_come(void *arg)
{
    const struct scene *scene = arg;

    return scene->count > 0;
}

static void a_connection_is_ready_for_use(void **state)
{
    struct scene *scene = *state;
    struct listener *listener = listen_on(scene, 0, false);
    struct wire wire;
    int no_delay = 0;
    socklen_t len = sizeof(no_delay);

    assert_true(listener_port(listener) > 0);
    wire_connect(&wire, scene->loop, listener_port(listener));
    wire_until(scene->loop, has_come, scene);
    assert_true(fcntl(scene->fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(scene->fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(getsockopt(scene->fd, IPPROTO_TCP, TCP_NODELAY, &no_delay,
                                &len),
                     0);
    assert_true(no_delay);
    assert_true(addr_is_loopback(&scene->peer));
    wire_close(&wire);
    listener_free(listener);
}

static void a_port_belongs_to_one_program(void **state)
{
    struct scene *scene = *state;
    struct listener *first = listen_on(scene, 0, false);
    uint16_t port = listener_port(first);

    assert_null(listen_on(scene, port, false));
    listener_free(first);
    first = listen_on(scene, port, false);
    assert_non_null(first);
    listener_free(first);
}

static void loops_share_a_port(void **state)
{
    struct scene *scene = *state;
    struct listener *first = listen_on(scene, 0, true);
    struct listener *second = listen_on(scene, listener_port(first), true);

    assert_non_null(second);
    assert_int_equal(listener_port(second), listener_port(first));
    listener_free(first);
    listener_free(second);
}

static void a_bad_host_is_named(void **state)
{
    struct scene *scene = *state;
    struct listener_options options = { .host = "nowhere" };
    struct err err;

    assert_null(listener_new(scene->loop, &options, take, scene, &err));
    unit_assert_part(err.text, "HOST: \"nowhere\"");
    options.host = "192.0.2.1"; /* not ours (RFC 5737) */
    assert_null(listener_new(scene->loop, &options, take, scene, &err));
    unit_assert_part(err.text, "listen on 192.0.2.1");
    listener_free(NULL);
}

/* No descriptor left: it looks away for a moment instead of turning round, and
   takes up those who waited. */
static void running_out_of_descriptors_pauses(void **state)
{
    struct scene *scene = *state;
    struct listener *listener = listen_on(scene, 0, false);
    struct unit_capture capture;
    struct rlimit before;
    struct rlimit few;
    struct wire wire;
    char *log;

    wire_turn(scene->loop);
    wire_connect(&wire, scene->loop, listener_port(listener));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    capture = unit_capture_begin(2);
    few.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    wire_turn_for(scene->loop, 20);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "cannot accept connections: too many open files");
    assert_null(strstr(strstr(log, "cannot") + 1, "cannot"));
    mem_free(log);
    assert_int_equal(scene->count, 0);
    wire_until(scene->loop, has_come, scene);
    wire_close(&wire);
    listener_free(listener);
}

static void freed_while_paused_or_pending(void **state)
{
    struct scene *scene = *state;
    struct listener *listener = listen_on(scene, 0, false);
    struct wire wire;

    wire_connect(&wire, scene->loop, listener_port(listener));
    listener_free(listener);
    wire_turn_for(scene->loop, 3);
    assert_int_equal(scene->count, 0);
    wire_expect_end(&wire);
    wire_close(&wire);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_connection_is_ready_for_use),
        ROW(a_port_belongs_to_one_program),
        ROW(loops_share_a_port),
        ROW(a_bad_host_is_named),
        ROW(running_out_of_descriptors_pauses),
        ROW(freed_while_paused_or_pending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
