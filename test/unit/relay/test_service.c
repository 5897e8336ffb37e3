// SPDX-License-Identifier: MIT
/* Which requests the relay takes, and how it says no. */
#include <stdio.h>

#include "relay_scene.h"

#define HOST "Host: localhost\r\nContent-Length: 0\r\n\r\n"

/* What is not relayed; NULL: it is not the relay's. */
static const struct {
    const char *line;
    const char *answer;
    const char *part;
} refusals[] = {
    { "GET /oauth/accounts", NULL, "not the relay's" },
    { "GET /skills", NULL, "not the relay's" },
    { "GET /messagesx", NULL, "not the relay's" },
    { "GET /v2/messages", NULL, "not the relay's" },
    { "GET /v1/messages/", "400", "no such endpoint" },
    { "GET /messages/", "400", "no such endpoint" },
    { "GET /v1/models/..", "400", "no part of the path is empty, . or .." },
    { "GET /v1/models/a%2fb", "400", "an escaped / . or" },
    { "GET /v1/%2e%2e/x", "400", "an escaped / . or" },
    { "GET /v1/x//y", "400", "no part of the path is empty" },
    { "POST /v1/%6dessages", "400", "the first name behind /v1/, and every" },
    { "POST /v1/a;b/c", "400", "the first name behind /v1/, and every" },
    { "POST /v1/messages/%62atches", "400", "no escapes" },
    { "GET /v1", "400", "no such endpoint" },
    { "OPTIONS /v1/messages", "405",
      "allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n" },
    { "OPTIONS /models", "405", "this path allows GET, HEAD" },
    { "HEAD /", "200", "content-length: 0\r\n" },
    { "HEAD /v1/api/hello", "200", "content-length: 0\r\n" },
    { "POST /v1/api/event_logging/batch", "200", "{}" },
};

static void what_it_has_not_is_said(void **state)
{
    struct relay_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        char line[128];

        (void)snprintf(line, sizeof(line), "%s HTTP/1.1\r\n" HOST,
                       refusals[i].line);
        buf_clear(&scene->client.got);
        relay_scene_send(scene, line);
        (void)snprintf(line, sizeof(line), "HTTP/1.1 %s ",
                       refusals[i].answer ? refusals[i].answer : "404");
        wire_expect(&scene->client, line);
        wire_expect(&scene->client, refusals[i].part);
        assert_int_equal(scene->taken, refusals[i].answer != NULL);
    }
}

/* 46 characters, as a relay key has. */
#define REST "CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY"

static void a_relay_key_in_the_path_is_refused(void **state)
{
    static const char *const paths[] = {
        "/v1/files/cr_" REST,
        "/v1/files/cr_" REST "/content",
        "/v1/files/%63r_" REST,
        "/v1/files/x%5fcr%5F" REST,
        "/v1/files/%2563r_" REST,
        "/v1/cr_" REST,
        "/v1/skills/%63r_" REST,
        "/api/v1/models/cr_" REST,
        "/messages/batches/x.cr_" REST,
        "/v1/files/cr_" REST "?x=1",
        "/v1//cr_" REST,
        "/v1/messages/%63r_" REST,
    };
    struct relay_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char line[256];

        (void)snprintf(line, sizeof(line), "GET %s HTTP/1.1\r\n" HOST,
                       paths[i]);
        buf_clear(&scene->client.got);
        relay_scene_send(scene, line);
        wire_expect(&scene->client, "HTTP/1.1 400 ");
        wire_expect(&scene->client, "the path holds a relay key");
        assert_int_equal(wire_count(&scene->client, "CANARY"), 0);
    }
}

static const char *const relayed[][2] = {
    { "POST /v1/messages", "POST /v1/messages HTTP" },
    { "GET /api/messages/batches/x", "GET /v1/messages/batches/x HTTP" },
    { "PATCH /v1/v1/skills/x?a=b", "PATCH /v1/skills/x?a=b HTTP" },
    { "HEAD /v1/models?account=main", "HEAD /v1/models HTTP" },
};

static void what_it_has_reaches_the_upstream(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = NULL;

    for (size_t i = 0; i < COUNT_OF(relayed); i++) {
        char line[128];

        (void)snprintf(line, sizeof(line), "%s HTTP/1.1\r\n" HOST,
                       relayed[i][0]);
        buf_clear(&scene->client.got);
        relay_scene_send(scene, line);
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, relayed[i][1]);
        wire_expect(peer, "\r\n\r\n");
        wire_send(peer, "HTTP/1.1 204 Fine\r\n\r\n");
        wire_expect(&scene->client, "HTTP/1.1 204 Fine\r\n");
        buf_clear(&peer->got);
    }
}

/* On a connection of its own. */
static void ask(struct relay_scene *scene, const char *what)
{
    char line[128];

    (void)snprintf(line, sizeof(line), "%s HTTP/1.1\r\n" HOST, what);
    wire_close(&scene->client);
    wire_connect(&scene->client, scene->loop, server_port(scene->server));
    relay_scene_send(scene, line);
    wire_expect(&scene->client, "\r\n\r\n");
}

static void strangers_learn_that_alone(void **state)
{
    static const char *const lines[] = { "OPTIONS /v1/messages",
                                         "GET /v1/messages/", "HEAD /api/hello",
                                         "GET /api/hello",
                                         "POST /api/event_logging/batch" };
    struct relay_scene *scene = *state;

    scene->stranger = "it came by post";
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        ask(scene, lines[i]);
        assert_int_equal(wire_count(&scene->client, "HTTP/1.1 200"), 0);
        assert_int_equal(wire_count(&scene->client, "allow:"), 0);
    }
}

/* `claude doctor` shows the status. */
static void whether_anybody_is_there_the_machine_may_ask(void **state)
{
    static const char *const lines[] = { "HEAD /", "HEAD /api", "HEAD /v1",
                                         "HEAD /api/hello", "GET /api/hello" };
    struct relay_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        ask(scene, lines[i]);
        assert_int_equal(wire_count(&scene->client, "HTTP/1.1 200"), 1);
    }
    wire_expect(&scene->client, "{\"message\":\"hello\"}");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_it_has_not_is_said),
        TEST(a_relay_key_in_the_path_is_refused),
        TEST(what_it_has_reaches_the_upstream),
        TEST(strangers_learn_that_alone),
        TEST(whether_anybody_is_there_the_machine_may_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
