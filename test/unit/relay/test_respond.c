// SPDX-License-Identifier: MIT
/* How the client's answer begins, and how it is framed. */
#include "relay/respond.h"

#include <stdio.h>

#include "relay_scene.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKS "3\r\ntea\r\n0\r\n\r\n"
#define JSON "Content-Type: application/json\r\n"

static const struct {
    const char *name;
    const char *request; /* its first line */
    const char *answer;
    const char *head; /* a part of the client's */
    const char *body; /* all behind its head */
    bool ends;        /* with its connection */
} cases[] = {
    { "of a length", "GET /v1/files HTTP/1.1",
      OK "Content-Length: 3\r\n\r\ntea", "Content-Length: 3\r\n", "tea",
      false },
    { "in chunks", "GET /v1/files HTTP/1.1",
      OK "Transfer-Encoding: chunked\r\n\r\n" CHUNKS,
      "transfer-encoding: chunked\r\n", CHUNKS, false },
    { "in chunks, to HTTP/1.0", "GET /v1/files HTTP/1.0",
      OK "Transfer-Encoding: chunked\r\n\r\n" CHUNKS, "connection: close\r\n",
      "tea", true },
    { "to HEAD", "HEAD /v1/files HTTP/1.1", OK "Content-Length: 3\r\n\r\n",
      "Content-Length: 3\r\n", "", false },
    { "to HEAD, in chunks", "HEAD /v1/files HTTP/1.1",
      OK "Transfer-Encoding: chunked\r\n\r\n", "transfer-encoding: chunked\r\n",
      "", false },
    { "of no body", "GET /v1/files HTTP/1.1", "HTTP/1.1 304 Same\r\n\r\n",
      "HTTP/1.1 304 Same\r\n", "", false },
    { "the models, widened", "GET /api/v1/models HTTP/1.1",
      OK JSON "Content-Length: 11\r\n\r\n{\"data\":[]}",
      "content-length: 27\r\n", "{\"data\":[],\"object\":\"list\"}", false },
    { "the models, as they are", "GET /v1/models HTTP/1.1",
      OK JSON "Content-Length: 11\r\n\r\n{\"data\":[]}",
      "Content-Length: 11\r\n", "{\"data\":[]}", false },
    { "no models, under /api", "GET /api/v1/models HTTP/1.1",
      OK JSON "Content-Length: 3\r\n\r\ntea", "Content-Length: 3\r\n", "tea",
      false },
};

static void check(struct relay_scene *scene, size_t i)
{
    char text[256];
    struct wire *peer;

    (void)snprintf(text, sizeof(text), "%s\r\nHost: a\r\n\r\n",
                   cases[i].request);
    peer = relay_scene_ask(scene, text, "\r\n\r\n");
    wire_send(peer, cases[i].answer);
    wire_expect(&scene->client, cases[i].head);
    (void)snprintf(text, sizeof(text), "\r\n\r\n%s", cases[i].body);
    wire_expect(&scene->client, text);
    if (cases[i].ends)
        wire_expect_end(&scene->client);
    else
        wire_turn_for(scene->loop, 3);
    wire_read(&scene->client);
    if (!str_contains(str_from(buf_str(&scene->client.got),
                               scene->client.got.len - strlen(text)),
                      str_of(text)))
        fail_msg("%s", cases[i].name);
}

static void an_answer_keeps_its_framing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *scene;

        (void)relay_scene_open(&scene);
        check(scene, i);
        (void)relay_scene_close(&scene);
    }
}

/* One that ends with its connection. */
static void an_answer_without_a_length_ends_with_its_connection(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, "GET /v1/files HTTP/1.1\r\nHost: a\r\n\r\n",
                        "\r\n\r\n");

    wire_send(peer, OK "\r\ntea");
    wire_expect(&scene->client, "\r\n\r\ntea");
    wire_half_close(peer);
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "connection: close\r\n"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_keeps_its_framing),
        cmocka_unit_test_setup_teardown(
            an_answer_without_a_length_ends_with_its_connection,
            relay_scene_open, relay_scene_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
