// SPDX-License-Identifier: MIT
/* The sending half of a call: whole and streamed bodies, answers that come before
   all of the request has left, and connections used again. */
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/stream_internal.h"
#include "scene.h"
#include "upstream/call_internal.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH_2 OK "content-length: 2\r\n\r\nok"
#define REFUSAL "HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno"
/* More than the kernel holds for us. */
#define BIG (32u * 1024 * 1024)
#define POST(fields) STR("POST / HTTP/1.1\r\nhost: a\r\n" fields "\r\n\r\n")

static char *big_body(void)
{
    char *body = mem_alloc(BIG);

    for (size_t i = 0; i < BIG; i++)
        body[i] = (char)('a' + i % 23);
    return body;
}

static void a_small_body_leaves_with_its_head(void **state)
{
    struct scene *scene = *state;

    scene->options.head = POST("content-length: 5");
    scene->options.body = STR("hello");
    scene_request(scene);
    assert_int_equal(wire_count(&scene->peer, "\r\n\r\nhello"), 1);
    scene_answer(scene, LENGTH_2);
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene_idle(scene), 1);
}

static bool has_big(void *arg)
{
    struct scene *scene = arg;

    wire_read(&scene->peer);
    return scene->peer.got.len >= BIG + scene->options.head.len;
}

static void a_large_body_leaves_whole(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    scene->options.head = POST("content-length: 33554432");
    scene->options.body = (struct str){ body, BIG };
    scene_begin(scene);
    wire_until(scene->loop, has_big, scene);
    assert_true(
        str_eq(str_from(buf_str(&scene->peer.got), scene->options.head.len),
               scene->options.body));
    assert_true(call_facts(scene->call).sent ||
                call_state(scene->call) == CALL_SENDING);
    scene_answer(scene, LENGTH_2);
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene_idle(scene), 1);
    mem_free(body);
}

/* The body is the owner's again once the answer is there: nothing of it may be
   touched, and a request that is half sent spoils its connection. */
static void an_early_answer_ends_the_sending(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    scene->options.head = POST("content-length: 33554432");
    scene->options.body = (struct str){ body, BIG };
    scene_begin(scene);
    wire_turn_for(scene->loop, 3);
    wire_send(&scene->peer, OK "content-length: 4\r\n\r\nno");
    scene_until(scene, CALL_READING);
    mem_free(body);
    for (int i = 0; i < 50; i++) {
        wire_read(&scene->peer);
        wire_turn(scene->loop);
    }
    assert_true(scene->peer.got.len < BIG);
    scene_answer(scene, "ok");
    assert_int_equal(scene->end, CALL_END);
    unit_assert_str(buf_str(&scene->decoded), "nook");
    assert_int_equal(scene_idle(scene), 0);
    wire_expect_end(&scene->peer);
}

/* A refusal and a reset behind it, because we were still sending: the refusal is
   what counts. */
static void a_refusal_in_front_of_a_reset_is_read(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    for (int i = 0; i < 20; i++) {
        scene->options.head = POST("content-length: 33554432");
        scene->options.body = (struct str){ body, BIG };
        scene_begin(scene);
        wire_turn_for(scene->loop, (unsigned)i % 3);
        wire_send(&scene->peer, REFUSAL);
        wire_close(&scene->peer); /* unread bytes make it a reset */
        scene_until_end(scene);
        assert_int_equal(scene->end, CALL_END);
        assert_int_equal(call_head(scene->call)->status, 413);
        unit_assert_str(buf_str(&scene->decoded), "no");
        assert_int_equal(scene_idle(scene), 0);
    }
    mem_free(body);
}

static void an_upstream_that_takes_nothing_is_given_up(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    scene->options.head = POST("content-length: 33554432");
    scene->options.body = (struct str){ body, BIG };
    scene->options.idle_ms = 30;
    scene_begin(scene);
    scene_until_end(scene);
    assert_int_equal(call_error(scene->call)->code, ERR_TIMEOUT);
    unit_assert_part(call_error(scene->call)->text, "send failed");
    assert_false(call_facts(scene->call).sent);
    mem_free(body);
}

static void an_upstream_that_leaves_while_we_send(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    scene->options.head = POST("content-length: 33554432");
    scene->options.body = (struct str){ body, BIG };
    scene_begin(scene);
    wire_turn_for(scene->loop, 3);
    wire_reset(&scene->peer);
    scene_until_end(scene);
    assert_int_equal(call_state(scene->call), CALL_FAILED);
    assert_int_equal(call_error(scene->call)->code, ERR_SEND);
    assert_false(call_facts(scene->call).sent);
    mem_free(body);
}

static void freed_while_sending(void **state)
{
    struct scene *scene = *state;
    char *body = big_body();

    scene->options.head = POST("content-length: 33554432");
    scene->options.body = (struct str){ body, BIG };
    scene_begin(scene);
    wire_turn_for(scene->loop, 3);
    assert_int_equal(call_state(scene->call), CALL_SENDING);
    scene_finish(scene);
    mem_free(body);
    wire_expect_end(&scene->peer);
    assert_int_equal(scene_idle(scene), 0);
}

/* ---- streamed bodies ---------------------------------------------------- */

static void a_streamed_body_of_a_length(void **state)
{
    struct scene *scene = *state;

    scene->options.head = POST("content-length: 6");
    scene->options.body_kind = CALL_BODY_LENGTH;
    scene_request(scene);
    scene_until(scene, CALL_SENDING);
    call_send(scene->call, STR("abc"));
    call_send(scene->call, STR(""));
    call_send(scene->call, STR("def"));
    assert_int_equal(call_state(scene->call), CALL_SENDING);
    call_send_end(scene->call);
    wire_expect(&scene->peer, "\r\n\r\nabcdef");
    scene_answer(scene, LENGTH_2);
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene_idle(scene), 1);
}

static void a_streamed_body_in_chunks(void **state)
{
    struct scene *scene = *state;

    scene->options.head = POST("transfer-encoding: chunked");
    scene->options.body_kind = CALL_BODY_CHUNKED;
    scene_request(scene);
    scene_until(scene, CALL_SENDING);
    call_send(scene->call, STR("hello, this is long"));
    call_send(scene->call, STR(""));
    call_send_end(scene->call);
    wire_expect(&scene->peer, "\r\n\r\n13\r\nhello, this is long\r\n0\r\n\r\n");
    scene_answer(scene, LENGTH_2);
    assert_int_equal(scene_idle(scene), 1);
}

/* A streamed body that was never ended leaves half a request on the connection,
   which must not be used again, however much of it has drained. */
static void an_unfinished_upload_spoils_its_connection(void **state)
{
    static char block[65536];
    struct scene *scene = *state;

    memset(block, 'x', sizeof(block));
    scene->options.head = POST("transfer-encoding: chunked");
    scene->options.body_kind = CALL_BODY_CHUNKED;
    scene_request(scene);
    scene_until(scene, CALL_SENDING);
    while (call_queued(scene->call) < 2 * sizeof(block))
        call_send(scene->call, (struct str){ block, sizeof(block) });
    wire_send(&scene->peer, OK "content-length: 4\r\n\r\nno");
    scene_until(scene, CALL_READING);
    for (int i = 0; i < 1000 && call_queued(scene->call) > 0; i++) {
        wire_read(&scene->peer);
        wire_turn(scene->loop);
    }
    assert_int_equal(call_queued(scene->call), 0);
    wire_turn_for(scene->loop, 3);
    call_send(scene->call, STR("too late"));
    call_send_end(scene->call);
    scene_answer(scene, "ok");
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene_idle(scene), 0);
}

static void a_drained_queue_wakes_the_sender(void **state)
{
    static char block[65536];
    struct scene *scene = *state;
    unsigned wakes;

    scene->options.head = POST("transfer-encoding: chunked");
    scene->options.body_kind = CALL_BODY_CHUNKED;
    scene_request(scene);
    scene_until(scene, CALL_SENDING);
    while (call_queued(scene->call) < 2 * sizeof(block))
        call_send(scene->call, (struct str){ block, sizeof(block) });
    wakes = scene->wakes;
    for (int i = 0; i < 1000 && call_queued(scene->call) > 0; i++) {
        wire_read(&scene->peer);
        wire_turn(scene->loop);
    }
    wire_turn_for(scene->loop, 2);
    assert_true(scene->wakes > wakes);
    assert_int_equal(call_state(scene->call), CALL_SENDING);
}

/* ---- connections used again --------------------------------------------- */

static void a_connection_is_used_again(void **state)
{
    struct scene *scene = *state;

    scene_request(scene);
    scene_answer(scene, LENGTH_2);
    assert_false(call_facts(scene->call).reused);
    for (int i = 0; i < 3; i++) {
        buf_clear(&scene->peer.got);
        scene_start(scene);
        assert_true(call_facts(scene->call).reused);
        assert_int_equal(scene_idle(scene), 0);
        wire_expect(&scene->peer, "\r\n\r\n");
        scene_answer(scene, LENGTH_2);
    }
    scene->options.fresh = true;
    scene_start(scene);
    assert_false(call_facts(scene->call).reused);
}

static void a_stale_connection_says_so(void **state)
{
    struct scene *scene = *state;

    scene_request(scene);
    scene_answer(scene, LENGTH_2);
    scene_start(scene);
    assert_true(call_facts(scene->call).reused);
    wire_expect_count(&scene->peer, "\r\n\r\n", 2);
    wire_reset(&scene->peer);
    scene_until_end(scene);
    assert_true(call_facts(scene->call).reused);
    assert_true(call_facts(scene->call).sent);
    assert_false(call_facts(scene->call).answered);
    assert_true(call_facts(scene->call).since_sent_ms < 1000);
}

/* A write that failed sent nothing: safe to send again elsewhere. */
static void what_could_not_be_written_was_not_sent(void **state)
{
    struct scene *scene = *state;
    struct link *idle;

    scene_request(scene);
    scene_answer(scene, LENGTH_2);
    idle = LIST_ITEM(scene->upstream->idle.next, struct link, node);
    stream_shutdown(idle->stream);
    scene_start(scene);
    assert_true(call_facts(scene->call).reused);
    wire_half_close(&scene->peer);
    scene_until_end(scene);
    assert_int_equal(call_error(scene->call)->code, ERR_SEND);
    assert_false(call_facts(scene->call).sent);
}

static void a_dead_connection_leaves_the_pool(void **state)
{
    static const char *const last_words[] = { "", "HTTP/1.1 408 Bye\r\n\r\n" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(last_words); i++) {
        scene_request(scene);
        scene_answer(scene, LENGTH_2);
        assert_int_equal(scene_idle(scene), 1);
        wire_send(&scene->peer, last_words[i]);
        if (i == 0)
            wire_half_close(&scene->peer);
        wire_turn_for(scene->loop, 3);
        assert_int_equal(scene_idle(scene), 0);
    }
}

/* The loop has not looked yet, so the pool still holds it: it is looked at again
   when it is taken. */
static void a_connection_that_just_died_is_not_taken(void **state)
{
    struct scene *scene = *state;

    scene_request(scene);
    scene_answer(scene, LENGTH_2);
    wire_turn(scene->loop);
    wire_half_close(&scene->peer);
    scene->options.body_kind = CALL_BODY_LENGTH; /* cannot be repeated */
    scene_start(scene);
    assert_false(call_facts(scene->call).reused);
    assert_int_equal(scene_idle(scene), 0);
}

/* Both come in one turn, the caller's event first: the pool holds the connection
   still, and the loop is calm. */
static void start_late(void *arg)
{
    scene_start(arg);
    assert_true(call_facts(((struct scene *)arg)->call).reused);
}

static void what_comes_before_the_request_left_is_no_answer(void **state)
{
    static const char *const last_words[] = { "", "HTTP/1.1 408 Bye\r\n\r\n" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(last_words); i++) {
        scene_request(scene);
        scene_answer(scene, LENGTH_2);
        wire_turn_for(scene->loop, 3); /* calm, and a later millisecond */
        scene_finish(scene);
        loop_post(scene->loop, start_late, scene);
        wire_send(&scene->peer, last_words[i]);
        if (i == 0)
            wire_half_close(&scene->peer);
        scene_until_end(scene);
        assert_int_equal(call_error(scene->call)->code, ERR_SEND);
        assert_false(call_facts(scene->call).sent);
        assert_false(call_facts(scene->call).answered);
        wire_expect_end(&scene->peer);
        assert_int_equal(wire_count(&scene->peer, "GET /"), 1);
    }
}

/* The last slice waits for the turn's end, the others have left long ago. */
static void an_answer_counts_once_anything_has_left(void **state)
{
    static char body[33000];
    struct scene *scene = *state;
    struct stream *stream;

    scene_request(scene);
    scene_answer(scene, LENGTH_2);
    scene->options.head = POST("content-length: 33000");
    scene->options.body = (struct str){ body, sizeof(body) };
    scene_start(scene);
    assert_true(call_facts(scene->call).reused);
    stream = scene->call->link->stream;
    assert_true(stream_is_late(stream) && stream_sent(stream) > 32768);
    wire_send(&scene->peer, REFUSAL);
    stream->ready(stream->arg, STREAM_READABLE);
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(call_head(scene->call)->status, 413);
}

/* ---- what the kernel did not take --------------------------------------- */

/* An idle connection of which the kernel takes a few thousand bytes: the other end,
   which the test holds, has no room. */
static void keep_narrow(struct scene *scene)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int small = 2048;
    uint16_t port;
    int listening = wire_listen(&port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&to,
                             sizeof(to)),
                     0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    wire_accept(&scene->peer, scene->loop, listening);
    (void)close(listening);
    upstream_keep(link_new(scene->upstream,
                           stream_new(scene->loop, fd, NULL, NULL),
                           scene->origin, NULL));
}

/* In one piece with its head up to 16,000 bytes, else behind it. */
static void start_narrow(struct scene *scene, size_t size, struct str head)
{
    static char body[32000];

    keep_narrow(scene);
    scene->options.head = head;
    scene->options.body = (struct str){ body, size };
    scene_start(scene);
    wire_turn_for(scene->loop, 3);
    assert_true(call_queued(scene->call) > 0);
}

static void a_request_of_which_a_part_never_left_was_not_sent(void **state)
{
    struct scene *scene = *state;

    start_narrow(scene, 15000, POST("content-length: 15000"));
    wire_reset(&scene->peer);
    scene_until_end(scene);
    unit_assert_part(call_error(scene->call)->text, "send failed");
    assert_true(call_facts(scene->call).reused);
    assert_false(call_facts(scene->call).sent);
}

static bool has_left(void *arg)
{
    struct scene *scene = arg;

    wire_read(&scene->peer);
    return call_state(scene->call) == CALL_WAITING;
}

static void what_waits_for_the_kernel_is_still_being_sent(void **state)
{
    struct scene *scene = *state;

    start_narrow(scene, 30000, POST("content-length: 30000"));
    assert_int_equal(call_state(scene->call), CALL_SENDING);
    assert_false(call_facts(scene->call).sent);
    wire_until(scene->loop, has_left, scene);
    assert_true(call_facts(scene->call).sent);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_small_body_leaves_with_its_head),
        ROW(a_large_body_leaves_whole),
        ROW(an_early_answer_ends_the_sending),
        ROW(a_refusal_in_front_of_a_reset_is_read),
        ROW(an_upstream_that_takes_nothing_is_given_up),
        ROW(an_upstream_that_leaves_while_we_send),
        ROW(freed_while_sending),
        ROW(a_streamed_body_of_a_length),
        ROW(a_streamed_body_in_chunks),
        ROW(an_unfinished_upload_spoils_its_connection),
        ROW(a_drained_queue_wakes_the_sender),
        ROW(a_connection_is_used_again),
        ROW(a_stale_connection_says_so),
        ROW(what_could_not_be_written_was_not_sent),
        ROW(a_dead_connection_leaves_the_pool),
        ROW(a_connection_that_just_died_is_not_taken),
        ROW(what_comes_before_the_request_left_is_no_answer),
        ROW(a_request_of_which_a_part_never_left_was_not_sent),
        ROW(what_waits_for_the_kernel_is_still_being_sent),
        ROW(an_answer_counts_once_anything_has_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
