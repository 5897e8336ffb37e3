// SPDX-License-Identifier: MIT
/* One exchange over a socket whose other end the test plays. */
#include "app/socket_call.h"

#include <sys/socket.h>

#include "unit.h"
#include "wire.h"

struct scene {
    struct loop *loop;
    struct wire peer;
    struct socket_call *call;
    unsigned wakes;
};

static void woken(void *arg)
{
    struct scene *scene = arg;

    scene->wakes++;
}

static bool is_over(void *arg)
{
    const struct scene *scene = arg;

    return socket_call_state(scene->call) != SOCKET_CALL_BUSY;
}

static void add(void *arg, struct str bytes)
{
    assert_true(buf_append(arg, bytes));
}

/* `sink`: where a good answer goes; NULL: it is kept. */
static void begin_into(struct scene *scene, uint64_t limit_ms, struct buf *sink)
{
    int ends[2];

    *scene = (struct scene){ .loop = loop_new() };
    assert_int_equal(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                ends),
                     0);
    wire_adopt(&scene->peer, scene->loop, ends[1]);
    scene->call = socket_call_start(
        &(struct socket_call_options){ .loop = scene->loop,
                                       .fd = ends[0],
                                       .method = STR("POST"),
                                       .path = STR("/a?b=c"),
                                       .body = STR("{\"d\":1}"),
                                       .limit_ms = limit_ms,
                                       .sink = sink ? add : NULL,
                                       .sink_arg = sink },
        woken, scene);
}

static void begin(struct scene *scene, uint64_t limit_ms)
{
    begin_into(scene, limit_ms, NULL);
}

static void end(struct scene *scene)
{
    assert_int_equal(scene->wakes, 1);
    socket_call_free(scene->call);
    wire_close(&scene->peer);
    loop_free(scene->loop);
}

static void what_is_sent_is_one_request(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 0);
    wire_expect(&scene.peer, "POST /a?b=c HTTP/1.1\r\n");
    wire_expect(&scene.peer, "content-length: 7\r\n\r\n{\"d\":1}");
    assert_int_equal(wire_count(&scene.peer, "connection: close\r\n"), 1);
    wire_send(&scene.peer, "HTTP/1.1 204 No Content\r\n\r\n");
    wire_until(scene.loop, is_over, &scene);
    assert_int_equal(socket_call_status(scene.call), 204);
    unit_assert_str(socket_call_body(scene.call), "");
    end(&scene);
}

/* `ended`: the peer closes behind it. */
static const struct {
    const char *name;
    const char *answer;
    bool ended;
    unsigned status; /* 0: it fails */
    const char *want;
} rows[] = {
    { "with a length", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", false,
      200, "abc" },
    { "in chunks",
      "HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n"
      "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
      false, 400, "abc" },
    { "up to the end", "HTTP/1.1 200 OK\r\n\r\nabc", true, 200, "abc" },
    { "a body that is cut", "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc",
      true, 0, "ended before it had answered" },
    { "chunks that are cut",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n", true,
      0, "ended before it had answered" },
    { "a head that is cut", "HTTP/1.1 200 OK\r\n", true, 0,
      "ended before it had answered" },
    { "nothing at all", "", true, 0, "ended before it had answered" },
    { "no HTTP", "hello\r\n\r\n", false, 0, "" },
};

static void an_answer_is_whole_or_a_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct scene scene;

        begin(&scene, 0);
        wire_send(&scene.peer, rows[i].answer);
        if (rows[i].ended)
            wire_half_close(&scene.peer);
        wire_until(scene.loop, is_over, &scene);
        if (rows[i].status > 0) {
            assert_int_equal(socket_call_state(scene.call),
                             SOCKET_CALL_ANSWERED);
            assert_int_equal(socket_call_status(scene.call), rows[i].status);
            unit_assert_str(socket_call_body(scene.call), rows[i].want);
        } else {
            assert_int_equal(socket_call_state(scene.call), SOCKET_CALL_FAILED);
            unit_assert_part(socket_call_error(scene.call)->text, rows[i].want);
        }
        end(&scene);
    }
}

/* Only what was asked for goes there: an error is read. */
static void a_sink_takes_good_answers_as_they_come(void **state)
{
    static const struct {
        const char *answer;
        const char *sunk;
        const char *kept;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
          "ab", "" },
        { "HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\nno", "", "no" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        struct buf sunk;

        buf_init(&sunk, 100);
        begin_into(&scene, 0, &sunk);
        wire_send(&scene.peer, cases[i].answer);
        wire_half_close(&scene.peer);
        wire_until(scene.loop, is_over, &scene);
        unit_assert_str(buf_str(&sunk), cases[i].sunk);
        unit_assert_str(socket_call_body(scene.call), cases[i].kept);
        end(&scene);
        buf_done(&sunk);
    }
}

static void one_that_does_not_come_is_given_up(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 20);
    wire_until(scene.loop, is_over, &scene);
    assert_int_equal(socket_call_state(scene.call), SOCKET_CALL_FAILED);
    unit_assert_part(socket_call_error(scene.call)->text, "in time");
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_one_request),
        cmocka_unit_test(an_answer_is_whole_or_a_failure),
        cmocka_unit_test(a_sink_takes_good_answers_as_they_come),
        cmocka_unit_test(one_that_does_not_come_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
