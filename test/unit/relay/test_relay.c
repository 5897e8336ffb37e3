// SPDX-License-Identifier: MIT
/* A relayed request from end to end: what the upstream gets, what the client gets, and
   what is made once more. */
#include "relay/relay.h"

#include <string.h>
#include <unistd.h>

#include "relay_scene.h"

#define HOST "Host: localhost\r\n"
#define POST(length)                                                           \
    "POST /v1/messages HTTP/1.1\r\n" HOST "Content-Length: " length "\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define FINE OK "Content-Length: 4\r\n\r\nfine"
#define REFUSED "HTTP/1.1 401 Who\r\nContent-Length: 2\r\n\r\nno"

static void bytes_pass_both_ways(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, POST("7") "{\"a\":1}", "{\"a\":1}");

    assert_int_equal(wire_count(peer, "POST /v1/messages HTTP/1.1\r\n"), 1);
    assert_int_equal(wire_count(peer, "authorization: Bearer old-access\r\n"),
                     1);
    wire_send(peer, OK "X-Tea: green\r\nContent-Length: 4\r\n\r\nfine");
    wire_expect(&scene->client, "X-Tea: green\r\n");
    wire_expect(&scene->client, "\r\n\r\nfine");
    assert_int_equal(scene->questions, 0);
}

static void strangers_are_refused(void **state)
{
    struct relay_scene *scene = *state;

    scene->stranger = "it came by post";
    relay_scene_send(scene, POST("0"));
    wire_expect(&scene->client, "refused because it came by post");
    assert_int_equal(wire_count(&scene->client, "HTTP/1.1 401 "), 1);
}

/* ---- tokens ------------------------------------------------------------- */

static void an_expired_token_is_renewed_first(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer;

    relay_scene_put(scene, "old-access", true);
    relay_scene_send(scene, POST("2") "{}");
    relay_scene_until_asked(scene, 1);
    assert_int_equal(scene->asked, KEEPER_REFRESH);
    assert_string_equal(scene->stale, "old-access");
    relay_scene_keeper(scene, "new-access");
    peer = relay_scene_accept(scene);
    wire_expect(peer, "authorization: Bearer new-access\r\n");
    wire_send(peer, FINE);
    wire_expect(&scene->client, "fine");
}

static void a_first_401_is_hidden_and_the_request_repeated(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_send(peer, REFUSED);
    relay_scene_until_asked(scene, 1);
    assert_int_equal(scene->asked, KEEPER_REFRESH);
    relay_scene_keeper(scene, "new-access");
    wire_expect(peer, "authorization: Bearer new-access\r\n");
    wire_expect_count(peer, "{}", 2);
    wire_send(peer, FINE);
    wire_expect(&scene->client, "fine");
    assert_int_equal(wire_count(&scene->client, "HTTP/1.1"), 1);
}

static void a_second_401_is_the_clients(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_send(peer, REFUSED);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, "new-access");
    wire_expect_count(peer, "{}", 2);
    wire_send(peer, REFUSED);
    wire_expect(&scene->client, "HTTP/1.1 401 Who\r\n");
    relay_scene_until_asked(scene, 2);
    assert_int_equal(scene->asked, KEEPER_REFUSED);
    assert_string_equal(scene->stale, "new-access");
}

/* No other token would be answered otherwise. */
static void a_401_about_something_else_is_the_clients(void **state)
{
    static const char answer[] =
        "HTTP/1.1 401 Who\r\nContent-Length: 72\r\n\r\n"
        "{\"error\":{\"message\":\"OAuth authentication is currently not "
        "supported.\"}}";
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_send(peer, answer);
    wire_expect(&scene->client, "not supported.\"}}");
    relay_scene_until_ended(scene, 1);
    assert_int_equal(scene->questions, 0);
}

static void a_token_that_cannot_be_had_is_an_error_with_its_wait(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_put(scene, "old-access", true);
    relay_scene_send(scene, POST("2") "{}");
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, NULL);
    wire_expect(&scene->client, "the kettle is cold");
    assert_int_equal(wire_count(&scene->client, "HTTP/1.1 502 "), 1);
    assert_int_equal(wire_count(&scene->client, "retry-after: 30\r\n"), 1);
}

/* ---- once more ---------------------------------------------------------- */

/* A first request, after which a connection is in the pool. */
static struct wire *pool_one(struct relay_scene *scene)
{
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_send(peer, FINE);
    wire_expect(&scene->client, "fine");
    buf_clear(&peer->got);
    return peer;
}

static void a_stale_connection_is_replaced_unseen(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = pool_one(scene);

    relay_scene_send(scene, POST("9") "{\"b\":200}");
    wire_expect(peer, "{\"b\":200}");
    wire_reset(peer);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "{\"b\":200}");
    wire_send(peer, FINE);
    wire_expect_count(&scene->client, "fine", 2);
    assert_int_equal(wire_count(&scene->client, "502"), 0);
}

static void the_second_failure_is_the_clients(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = pool_one(scene);

    relay_scene_send(scene, POST("9") "{\"b\":200}");
    wire_expect(peer, "{\"b\":200}");
    wire_reset(peer);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "{\"b\":200}");
    wire_reset(peer);
    wire_expect(&scene->client, "HTTP/1.1 502 ");
    wire_expect(&scene->client, "first byte failed");
}

/* ---- ends --------------------------------------------------------------- */

static void a_client_that_leaves_cancels(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_close(&scene->client);
    wire_expect_end(peer);
}

static void a_cut_answer_is_cut(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, POST("2") "{}", "{}");

    wire_send(peer, OK "Content-Length: 10\r\n\r\nhalf");
    wire_expect(&scene->client, "half");
    wire_reset(peer);
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "HTTP/1.1"), 1);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_pass_both_ways),
        TEST(strangers_are_refused),
        TEST(an_expired_token_is_renewed_first),
        TEST(a_first_401_is_hidden_and_the_request_repeated),
        TEST(a_second_401_is_the_clients),
        TEST(a_401_about_something_else_is_the_clients),
        TEST(a_token_that_cannot_be_had_is_an_error_with_its_wait),
        TEST(a_stale_connection_is_replaced_unseen),
        TEST(the_second_failure_is_the_clients),
        TEST(a_client_that_leaves_cancels),
        TEST(a_cut_answer_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
