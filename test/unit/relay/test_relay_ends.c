// SPDX-License-Identifier: MIT
/* How relayed requests end, wherever they stand, and what came of each try: as their
   records have it. */
#include "relay/relay.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "relay_scene.h"
#include "usage/tally_share.h"

#define POST_TO(path, length, body)                                            \
    "POST " path " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " length     \
    "\r\n\r\n" body
#define POST POST_TO("/v1/messages", "2", "{}")
#define OK "HTTP/1.1 200 OK\r\n"
#define FINE OK "Content-Length: 4\r\n\r\nfine"
#define WHO "HTTP/1.1 401 Who\r\nContent-Length: 2\r\n\r\nno"
#define STREAM                                                                 \
    OK "Content-Type: text/event-stream\r\nTransfer-Encoding: "                \
       "chunked\r\n\r\n"
#define PING "7\r\n: ping\n\r\n"
#define ERROR_EVENT "25\r\nevent: error\ndata: {\"type\":\"error\"}\n\n\r\n"
#define END "0\r\n\r\n"

static struct relay_scene *scene;

static int set_up(void **state)
{
    int result = relay_scene_open(state);

    scene = *state;
    return result;
}

static struct wire *ask(void)
{
    return relay_scene_ask(scene, POST, "{}");
}

/* The record of the only request. */
static void expect(enum record_end end, unsigned status)
{
    relay_scene_until_ended(scene, 1);
    assert_int_equal(scene->records, 1);
    assert_string_equal(record_end_word(scene->record.end),
                        record_end_word(end));
    assert_int_equal(scene->record.status, status);
    assert_int_equal(scene->bookings, scene->record.sent);
    assert_int_equal(relay_in_flight(scene->relay), 0);
}

static void expect_attempts(size_t count)
{
    assert_int_equal(scene->record.attempt_count, count);
    for (size_t i = 0; i < count; i++)
        unit_assert_str(scene->record.attempts[i].account, "main");
}

static void expect_attempt(size_t at, enum record_result result,
                           unsigned status)
{
    const struct record_attempt *attempt = &scene->record.attempts[at];

    assert_string_equal(record_result_word(attempt->result),
                        record_result_word(result));
    assert_int_equal(attempt->status, status);
}

/* One try, which came to that. */
static void expect_one(enum record_result result, unsigned status)
{
    expect_attempts(1);
    expect_attempt(0, result, status);
}

/* As the client has it, and as its head says: the record knew before it was sent. */
static void expect_body(void)
{
    char length[64];

    (void)snprintf(length, sizeof(length), "content-length: %llu\r\n",
                   (unsigned long long)scene->record.bytes_out);
    assert_true(scene->record.bytes_out > 0);
    wire_expect(&scene->client, length);
}

/* ---- ends --------------------------------------------------------------- */

static void complete(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, FINE);
    expect(RECORD_COMPLETE, 200);
    expect_one(RECORD_DELIVERED, 200);
    assert_true(scene->record.sent);
    assert_int_equal(scene->record.bytes_out, 4);
    assert_true(scene->record.first_byte_us <= scene->record.duration_us);
    assert_true(scene->record.added_us <= scene->record.first_byte_us);
    assert_false(scene->record.streamed);
}

/* One that was never answered took no time. */
static void a_stream_is_counted_while_it_runs(void **state)
{
    const struct tally_share *share = relay_share(scene->relay);
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    "Content-Length: 9\r\n\r\n: ping");
    wire_expect(&scene->client, ": ping");
    assert_int_equal(share->streams, 1);
    wire_send(peer, "\n\n\n");
    expect(RECORD_COMPLETE, 200);
    assert_true(scene->record.streamed);
    assert_int_equal(share->streams, 0);
    assert_true(share->times[TALLY_FIRST_BYTE][true].sum_us > 0);
    assert_true(share->times[TALLY_FIRST_BYTE][false].sum_us == 0);
}

/* Its framing does not reach a client that knows none. */
static void complete_without_its_framing(void **state)
{
    struct wire *peer = relay_scene_ask(
        scene,
        "POST /v1/messages HTTP/1.0\r\nHost: localhost\r\nContent-Length: "
        "2\r\n\r\n{}",
        "{}");

    (void)state;
    wire_send(peer, STREAM PING END);
    expect(RECORD_COMPLETE, 200);
    assert_int_equal(scene->record.bytes_out, 7);
}

static void the_upstreams_refusal_is_complete(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, "HTTP/1.1 529 Full\r\nContent-Length: 2\r\n\r\nno");
    expect(RECORD_COMPLETE, 529);
    expect_one(RECORD_DELIVERED, 529);
    assert_false(scene->record.partial);
}

static void refused(void **state)
{
    (void)state;
    scene->stranger = "it came by \"post\"";
    relay_scene_send(scene, POST);
    expect(RECORD_REFUSED, 401);
    assert_int_equal(scene->record.attempt_count, 0);
    assert_false(scene->record.sent);
    unit_assert_part(scene->record.error.at, "it came by \"post\"");
    expect_body();
}

static void refused_because_the_relay_ends(void **state)
{
    (void)state;
    atomic_store(&scene->ending, true);
    relay_scene_send(scene, POST);
    expect(RECORD_REFUSED, 503);
    assert_false(scene->record.sent);
}

static void cut(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM PING);
    wire_expect(&scene->client, PING);
    wire_reset(peer);
    expect(RECORD_CUT, 200);
    expect_one(RECORD_DELIVERED, 200);
    assert_true(scene->record.error.len > 0);
    wire_expect_end(&scene->client);
}

static void idle(void **state)
{
    struct wire *peer;

    (void)state;
    scene->config.idle_ms = WIRE_CALM_MS;
    peer = ask();
    wire_send(peer, STREAM PING);
    expect(RECORD_IDLE, 200);
    unit_assert_part(scene->record.error.at, "next byte failed");
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, PING), 1);
}

static void an_error_event_in_a_complete_stream(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM ERROR_EVENT END);
    wire_expect(&scene->client, END);
    expect(RECORD_ERROR_EVENT, 200);
    expect_one(RECORD_DELIVERED, 529);
    assert_true(scene->record.partial);
}

static void an_error_event_in_a_stream_that_is_cut(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM ERROR_EVENT);
    wire_expect(&scene->client, ERROR_EVENT);
    wire_reset(peer);
    expect(RECORD_ERROR_EVENT, 200);
    wire_expect_end(&scene->client);
}

static void an_error_event_and_the_client_leaves(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM ERROR_EVENT);
    wire_expect(&scene->client, ERROR_EVENT);
    wire_close(&scene->client);
    expect(RECORD_ERROR_EVENT, 200);
}

static void relay_stopped(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM PING);
    wire_expect(&scene->client, PING);
    atomic_store(&scene->ending, true);
    server_free(scene->server);
    scene->server = NULL;
    expect(RECORD_RELAY_STOPPED, 200);
    expect_one(RECORD_DELIVERED, 200);
}

/* ---- the client leaves --------------------------------------------------- */

static void leave(unsigned status)
{
    wire_close(&scene->client);
    expect(RECORD_CLIENT_LEFT, status);
}

static void while_its_body_comes(void **state)
{
    (void)state;
    relay_scene_send(scene, POST_TO("/v1/messages", "9", "{\"a\""));
    wire_turn_for(scene->loop, 5);
    leave(0);
    assert_int_equal(scene->record.attempt_count, 0);
    assert_false(scene->record.sent);
}

static void while_a_token_is_waited_for(void **state)
{
    (void)state;
    relay_scene_put(scene, "old-access", true);
    relay_scene_send(scene, POST);
    relay_scene_until_asked(scene, 1);
    leave(0);
    assert_int_equal(scene->record.attempt_count, 0);
    unit_assert_str(scene->record.account, "main");
    assert_null(scene->wait);
}

static void while_a_better_token_is_waited_for(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, WHO);
    relay_scene_until_asked(scene, 1);
    leave(0);
    expect_one(RECORD_TOKEN_REFUSED, 401);
    assert_true(scene->record.sent);
    assert_false(scene->record.partial);
}

static void while_its_body_is_streamed(void **state)
{
    (void)state;
    (void)relay_scene_ask(scene, POST_TO("/v1/files", "9", "abc"), "abc");
    leave(0);
    expect_one(RECORD_ABANDONED, 0);
    assert_true(scene->record.sent);
    assert_int_equal(scene->record.bytes_in, 3);
}

static void before_an_answer_comes(void **state)
{
    struct wire *peer = ask();

    (void)state;
    leave(0);
    expect_one(RECORD_ABANDONED, 0);
    assert_true(scene->record.sent);
    assert_true(scene->record.partial);
    wire_expect_end(peer);
}

static void while_a_list_is_gathered(void **state)
{
    struct wire *peer = relay_scene_ask(
        scene, "GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\n\r\n");

    (void)state;
    wire_send(peer, OK "Content-Type: application/json\r\nContent-Length: "
                       "99\r\n\r\n{");
    wire_turn_for(scene->loop, 5);
    leave(200);
    expect_one(RECORD_DELIVERED, 200);
}

static void while_the_answer_comes(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, STREAM PING);
    wire_expect(&scene->client, PING);
    leave(200);
    expect_one(RECORD_DELIVERED, 200);
    assert_true(scene->record.partial);
    wire_expect_end(peer);
}

/* ---- tries --------------------------------------------------------------- */

/* After a first request a connection is in the pool. */
static struct wire *pool_one(void)
{
    struct wire *peer = ask();

    wire_send(peer, FINE);
    relay_scene_until_ended(scene, 1);
    wire_expect(&scene->client, "fine");
    buf_clear(&peer->got);
    buf_clear(&scene->client.got);
    scene->records = 0;
    scene->bookings = 0;
    relay_scene_send(scene, POST);
    wire_expect(peer, "{}");
    return peer;
}

static void stale_and_delivered(void **state)
{
    struct wire *peer = pool_one();

    (void)state;
    wire_reset(peer);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "{}");
    wire_send(peer, FINE);
    expect(RECORD_COMPLETE, 200);
    expect_attempts(2);
    expect_attempt(0, RECORD_STALE, 0);
    expect_attempt(1, RECORD_DELIVERED, 200);
}

static void stale_and_lost(void **state)
{
    struct wire *peer = pool_one();

    (void)state;
    wire_reset(peer);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "{}");
    wire_reset(peer);
    expect(RECORD_REFUSED, 502);
    expect_attempts(2);
    expect_attempt(0, RECORD_STALE, 0);
    expect_attempt(1, RECORD_LOST, 0);
    unit_assert_part(scene->record.error.at, "first byte failed");
}

static void stale_refused_and_delivered(void **state)
{
    struct wire *peer = pool_one();

    (void)state;
    wire_reset(peer);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "{}");
    wire_send(peer, WHO);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, "new-access");
    wire_expect(peer, "new-access");
    wire_send(peer, FINE);
    expect(RECORD_COMPLETE, 200);
    expect_attempts(3);
    expect_attempt(0, RECORD_STALE, 0);
    expect_attempt(1, RECORD_TOKEN_REFUSED, 401);
    expect_attempt(2, RECORD_DELIVERED, 200);
}

static void refused_twice(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, WHO);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, "new-access");
    wire_expect(peer, "new-access");
    wire_send(peer, WHO);
    expect(RECORD_COMPLETE, 401);
    expect_attempts(2);
    expect_attempt(0, RECORD_TOKEN_REFUSED, 401);
    expect_attempt(1, RECORD_DELIVERED, 401);
}

static void refused_and_no_better_token(void **state)
{
    struct wire *peer = ask();

    (void)state;
    wire_send(peer, WHO);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, NULL);
    expect(RECORD_REFUSED, 502);
    expect_one(RECORD_TOKEN_REFUSED, 401);
}

static void unreachable(void **state)
{
    (void)state;
    (void)close(scene->listening);
    scene->listening = dup(STDERR_FILENO);
    relay_scene_send(scene, POST);
    expect(RECORD_REFUSED, 502);
    expect_one(RECORD_UNREACHABLE, 0);
    assert_false(scene->record.sent);
}

static void timed_out(void **state)
{
    (void)state;
    scene->config.first_byte_ms = WIRE_CALM_MS;
    (void)ask();
    expect(RECORD_REFUSED, 504);
    expect_one(RECORD_TIMED_OUT, 0);
    assert_true(scene->record.sent);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(complete),
        TEST(complete_without_its_framing),
        TEST(a_stream_is_counted_while_it_runs),
        TEST(the_upstreams_refusal_is_complete),
        TEST(refused),
        TEST(refused_because_the_relay_ends),
        TEST(cut),
        TEST(idle),
        TEST(an_error_event_in_a_complete_stream),
        TEST(an_error_event_in_a_stream_that_is_cut),
        TEST(an_error_event_and_the_client_leaves),
        TEST(relay_stopped),
        TEST(while_its_body_comes),
        TEST(while_a_token_is_waited_for),
        TEST(while_a_better_token_is_waited_for),
        TEST(while_its_body_is_streamed),
        TEST(before_an_answer_comes),
        TEST(while_a_list_is_gathered),
        TEST(while_the_answer_comes),
        TEST(stale_and_delivered),
        TEST(stale_and_lost),
        TEST(stale_refused_and_delivered),
        TEST(refused_twice),
        TEST(refused_and_no_better_token),
        TEST(unreachable),
        TEST(timed_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
