// SPDX-License-Identifier: MIT
/* What the kernel tells of acknowledgements. */
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream.h"
#include "unit.h"
#include "wire.h"

#define MUCH (4u * 1024 * 1024)

struct scene {
    struct loop *loop;
    struct stream *stream;
    struct wire peer;
};

static int open_scene(void **state)
{
    static struct scene scene;
    int ends[2];

    scene.loop = loop_new();
    wire_pair(ends);
    wire_adopt(&scene.peer, scene.loop, ends[0]);
    scene.stream = stream_new(scene.loop, ends[1], NULL, NULL);
    *state = &scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    stream_free(scene->stream);
    wire_close(&scene->peer);
    loop_free(scene->loop);
    return 0;
}

static void what_arrived_is_not_outstanding(void **state)
{
    struct scene *scene = *state;
    struct stream_acks acks = { .outstanding = 1 };
    struct str tea = STR("tea");

    assert_int_equal(stream_write(scene->stream, &tea, 1), STREAM_OK);
    stream_push(scene->stream);
    wire_expect(&scene->peer, "tea");
    assert_true(stream_acks(scene->stream, &acks));
    assert_int_equal(acks.outstanding, 0);
    assert_int_equal(acks.in_flight, 0);
}

/* The other side's kernel has no room for all of it. */
static void what_did_not_arrive_is_outstanding(void **state)
{
    static char much[MUCH];
    struct scene *scene = *state;
    struct stream_acks acks = { .outstanding = 0 };
    struct str bytes = { much, sizeof(much) };
    int small = 4096;

    (void)setsockopt(scene->peer.fd, SOL_SOCKET, SO_RCVBUF, &small,
                     sizeof(small));
    assert_int_equal(stream_write(scene->stream, &bytes, 1), STREAM_OK);
    assert_true(stream_acks(scene->stream, &acks));
    assert_in_range(acks.outstanding, 1, MUCH);
    assert_true(acks.outstanding <= stream_sent(scene->stream));
    assert_true(acks.silent_ms < 60000);
    assert_in_range(acks.in_flight, 0, acks.outstanding - 1);
    assert_int_equal(acks.repeats, 0);
    assert_int_equal(acks.probes, 0);
    assert_in_range(acks.repeat_ms, 1, 60000);
}

static void a_pair_of_local_sockets_knows_nothing(void **state)
{
    struct scene *scene = *state;
    struct stream_acks acks;
    int ends[2];
    struct stream *local;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends),
                     0);
    local = stream_new(scene->loop, ends[0], NULL, NULL);
    assert_false(stream_acks(local, &acks));
    stream_free(local);
    (void)close(ends[1]);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_arrived_is_not_outstanding),
        TEST(what_did_not_arrive_is_outstanding),
        TEST(a_pair_of_local_sockets_knows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
