// SPDX-License-Identifier: MIT
/* Requests whose body is read, checked and thrown away. */
#include "relay/aside.h"

#include "relay_scene.h"

#define LOG(length)                                                            \
    "POST /api/event_logging/batch HTTP/1.1\r\nHost: localhost\r\n"            \
    "Content-Length: " length "\r\n\r\n"

static void the_answer_comes_behind_the_whole_body(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_send(scene, LOG("6") "{\"a\"");
    wire_turn_for(scene->loop, 5);
    wire_read(&scene->client);
    assert_int_equal(scene->client.got.len, 0);
    relay_scene_send(scene, ":}");
    wire_expect(&scene->client, "\r\n\r\n{}");
    relay_scene_send(scene, LOG("2") "{}");
    wire_expect_count(&scene->client, "HTTP/1.1 200 ", 2);
}

static void too_much_is_refused_before_it_is_read(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_send(scene, LOG("4194305"));
    wire_expect(&scene->client, "HTTP/1.1 413 ");
    wire_expect_end(&scene->client);
}

static void a_client_that_leaves_is_let_go(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_send(scene, LOG("6") "{\"a\"");
    wire_turn_for(scene->loop, 5);
    wire_reset(&scene->client);
    wire_turn_for(scene->loop, 5);
    assert_int_equal(server_connections(scene->server), 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_answer_comes_behind_the_whole_body),
        TEST(too_much_is_refused_before_it_is_read),
        TEST(a_client_that_leaves_is_let_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
