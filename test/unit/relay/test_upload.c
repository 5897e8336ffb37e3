// SPDX-License-Identifier: MIT
/* Bodies that are passed on as they come. */
#include "relay/upload.h"

#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "http/connection.h"
#include "relay_scene.h"

#define MB (1024u * 1024)
/* Nobody holds so much. */
#define MUCH (48u * MB)
#define FILES(fields)                                                          \
    "POST /v1/files HTTP/1.1\r\nHost: localhost\r\n" fields "\r\n"

static const struct {
    const char *method;
    const char *path;
    uint64_t length;
    enum relayed_body want;
} kinds[] = {
    { "POST", "/v1/messages", 1, RELAYED_BODY_KEPT },
    { "POST", "/v1/messages", 0, RELAYED_BODY_KEPT },
    { "POST", "/v1/messages", REQUEST_LENGTH_UNKNOWN, RELAYED_BODY_KEPT },
    { "POST", "/v1/files", 1, RELAYED_BODY_LENGTH },
    { "POST", "/v1/files", REQUEST_LENGTH_UNKNOWN, RELAYED_BODY_CHUNKED },
    { "POST", "/v1/files", 0, RELAYED_BODY_KEPT },
    { "POST", "/v1/messages/batches", ENDPOINT_KEPT_MAX, RELAYED_BODY_KEPT },
    { "POST", "/v1/messages/batches", ENDPOINT_KEPT_MAX + 1,
      RELAYED_BODY_LENGTH },
    { "POST", "/v1/messages/batches", REQUEST_LENGTH_UNKNOWN,
      RELAYED_BODY_KEPT },
    { "POST", "/v1/skills", 1, RELAYED_BODY_KEPT },
    { "POST", "/v1/skills", ENDPOINT_OPEN_KEPT_MAX, RELAYED_BODY_KEPT },
    { "PUT", "/v1/skills", ENDPOINT_OPEN_KEPT_MAX + 1, RELAYED_BODY_LENGTH },
    { "POST", "/v1/skills", REQUEST_LENGTH_UNKNOWN, RELAYED_BODY_KEPT },
    { "GET", "/v1/skills", 0, RELAYED_BODY_NONE },
    { "GET", "/v1/skills", 2, RELAYED_BODY_KEPT },
    { "DELETE", "/v1/files/x", 0, RELAYED_BODY_NONE },
};

static void what_fits_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct str method = str_of(kinds[i].method);
        struct str path = str_of(kinds[i].path);
        const struct endpoint *row = endpoints_find(method, path);
        struct request req = { .method = method, .length = kinds[i].length };

        row = row ? row : endpoints_open(method, path);
        if (upload_kind(row, &req) != kinds[i].want)
            fail_msg("%s %s %zu", kinds[i].method, kinds[i].path, i);
    }
}

static void it_passes_as_it_comes(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, FILES("Content-Length: 6\r\n") "abc", "abc");

    relay_scene_send(scene, "def");
    wire_expect(peer, "abcdef");
    wire_send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
    wire_expect(&scene->client, "fine");
}

static void chunks_pass_as_they_come(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene,
                        FILES("Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n",
                        "3\r\nabc\r\n");

    relay_scene_send(scene, "0\r\n\r\n");
    wire_expect(peer, "0\r\n\r\n");
}

/* It has passed through and is gone; the next request finds a better token. */
static void a_401_is_not_repeated(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, FILES("Content-Length: 3\r\n") "abc", "abc");

    wire_send(peer, "HTTP/1.1 401 Who\r\nContent-Length: 2\r\n\r\nno");
    wire_expect(&scene->client, "HTTP/1.1 401 Who\r\n");
    wire_expect(&scene->client, "\r\n\r\nno");
    assert_int_equal(scene->questions, 1);
    assert_int_equal(scene->asked, KEEPER_REFRESH);
    wire_turn_for(scene->loop, 5);
    assert_int_equal(wire_count(peer, "POST "), 1);
    assert_int_equal(accept(scene->listening, NULL, NULL), -1);
}

static void a_reset_is_not_repeated(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, FILES("Content-Length: 3\r\n") "abc", "abc");

    wire_send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
    wire_expect(&scene->client, "fine");
    relay_scene_send(scene, FILES("Content-Length: 3\r\n") "xyz");
    wire_expect(peer, "xyz");
    wire_reset(peer);
    wire_expect(&scene->client, "HTTP/1.1 502 ");
    assert_int_equal(accept(scene->listening, NULL, NULL), -1);
}

#define SKILLS(fields)                                                         \
    "POST /v1/skills HTTP/1.1\r\nHost: localhost\r\n" fields "\r\n"
/* Which makes no second one. */
#define SKILL(fields)                                                          \
    "PUT /v1/skills/s HTTP/1.1\r\nHost: localhost\r\n" fields "\r\n"
#define FINE "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"

/* What is small can be sent again, chunked or not. */
static void a_small_body_is_repeated(void **state)
{
    static const char *const asked[] = {
        SKILL("Content-Length: 7\r\n") "{\"a\":1}",
        SKILL("Transfer-Encoding: chunked\r\n") "7\r\n{\"a\":1}\r\n0\r\n\r\n",
        SKILL("Content-Length: 7\r\n") "--a\r\n\r\n",
    };
    struct relay_scene *scene = *state;
    struct wire *peer = relay_scene_ask(scene, asked[0], "{\"a\":1}");

    wire_send(peer, FINE);
    wire_expect(&scene->client, "fine");
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        buf_clear(&scene->client.got);
        buf_clear(&peer->got);
        relay_scene_send(scene, asked[i]);
        wire_expect(peer, "\r\n\r\n");
        wire_reset(peer);
        peer = relay_scene_accept(scene);
        wire_expect(peer, i < 2 ? "\r\n\r\n{\"a\":1}" : "\r\n\r\n--a\r\n\r\n");
        wire_send(peer, FINE);
        wire_expect(&scene->client, "fine");
    }
}

static void so_it_is_after_a_401(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer =
        relay_scene_ask(scene, SKILLS("Content-Length: 3\r\n") "abc",
                        "\r\n\r\nabc");

    wire_send(peer, "HTTP/1.1 401 Who\r\nContent-Length: 2\r\n\r\nno");
    relay_scene_until_asked(scene, 1);
    relay_scene_put(scene, "new-access", false);
    relay_scene_keeper(scene, "new-access");
    wire_expect(peer, "new-access");
    wire_expect(peer, "\r\n\r\nabc");
}

/* A body that may be of use before its end is not held back for long. */
static void a_slow_one_passes_as_it_comes(void **state)
{
    static const char *const asked[][3] = {
        { SKILLS("Content-Length: 6\r\n") "abc", "def", "abcdef" },
        { SKILLS("Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n",
          "3\r\ndef\r\n0\r\n\r\n", "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n" },
        { SKILLS("Transfer-Encoding: chunked\r\n") "b\r\n{\"a\":\"abc\"}\r\n",
          "1\r\n\n\r\n0\r\n\r\n",
          "b\r\n{\"a\":\"abc\"}\r\n1\r\n\n\r\n0\r\n\r\n" },
    };
    struct relay_scene *scene = *state;
    struct wire *peer = NULL;

    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        buf_clear(&scene->client.got);
        relay_scene_send(scene, asked[i][0]);
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, "abc");
        relay_scene_send(scene, asked[i][1]);
        wire_expect(peer, asked[i][2]);
        wire_send(peer, FINE);
        wire_expect(&scene->client, "fine");
        buf_clear(&peer->got);
    }
}

/* Of no use before its end, and it may name a proxy yet. */
static void a_slow_json_object_is_kept(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer;

    relay_scene_send(scene, SKILLS("Content-Length: 27\r\n") "{\"a\":1,");
    wire_turn_for(scene->loop, UPLOAD_PATIENCE_MS + 100);
    relay_scene_send(scene, "\"proxy_config\":null}");
    peer = relay_scene_accept(scene);
    wire_expect(peer, "Content-Length: 7\r\n");
    wire_expect(peer, "\r\n\r\n{\"a\":1}");
}

/* It may be meant as one, and name a proxy yet. */
static void a_slow_one_that_is_flawed_is_kept(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_send(scene, SKILLS("Content-Length: 27\r\n") "{\"a\":,,");
    wire_turn_for(scene->loop, UPLOAD_PATIENCE_MS + 100);
    relay_scene_send(scene, "\"proxy_config\":null}");
    wire_expect(&scene->client, "HTTP/1.1 400 ");
    wire_expect(&scene->client, "not valid JSON");
    assert_int_equal(accept(scene->listening, NULL, NULL), -1);
}

struct flood {
    struct relay_scene *scene;
    struct wire *peer;
    char *body;
    size_t sent;
};

/* As much as the client's kernel takes. */
static void push(struct flood *flood)
{
    ssize_t taken = send(flood->scene->client.fd, flood->body + flood->sent,
                         MUCH - flood->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

    flood->sent += taken > 0 ? (size_t)taken : 0;
}

/* The relay's end of the client's connection. */
static struct connection *connection_of(const struct flood *flood)
{
    return LIST_ITEM(flood->scene->server->connections.next, struct connection,
                     link);
}

/* What it read of the body, and could not pass on yet. */
static bool is_held_back(void *arg)
{
    struct flood *flood = arg;

    push(flood);
    return connection_of(flood)->exchange->body.len >= 256 * 1024;
}

static bool has_all(void *arg)
{
    struct flood *flood = arg;

    push(flood);
    wire_read(flood->peer);
    return flood->peer->got.len >= MUCH; /* and the head */
}

/* The upstream takes nothing: the relay stops to read, with a window of it, and goes
   on when the upstream does. */
static void it_waits_for_a_slow_upstream(void **state)
{
    struct flood flood = { .scene = *state, .body = mem_zalloc(MUCH) };
    int small = 64 * 1024;
    size_t held;

    (void)setsockopt(flood.scene->listening, SOL_SOCKET, SO_RCVBUF, &small,
                     sizeof(small));
    relay_scene_send(flood.scene, FILES("Content-Length: 50331648\r\n"));
    flood.peer = relay_scene_accept(flood.scene);
    wire_until(flood.scene->loop, is_held_back, &flood);
    held = connection_of(&flood)->exchange->body.len;
    wire_turn_for(flood.scene->loop, 20);
    assert_int_equal(connection_of(&flood)->exchange->body.len, held);
    assert_true(held < 512 * 1024);
    wire_until(flood.scene->loop, has_all, &flood);
    mem_free(flood.body);
}

/* Nobody says how much will come: what was kept goes first, and the rest behind it,
   long before its end. */
static void what_becomes_too_much_is_streamed(void **state)
{
    struct flood flood = { .scene = *state, .body = mem_zalloc(MUCH) };
    struct wire *client = &flood.scene->client;
    size_t sent = 0;

    relay_scene_send(flood.scene,
                     SKILLS("Transfer-Encoding: chunked\r\n") "3000000\r\n");
    memset(flood.body, 'a', MUCH);
    memcpy(flood.body, "{\"a\":\"", 6);
    while (sent < ENDPOINT_OPEN_KEPT_MAX + MB) {
        ssize_t taken = send(client->fd, flood.body + sent, 64 * 1024,
                             MSG_NOSIGNAL | MSG_DONTWAIT);

        sent += taken > 0 ? (size_t)taken : 0;
        wire_turn(flood.scene->loop);
    }
    flood.sent = sent;
    flood.peer = relay_scene_accept(flood.scene);
    wire_expect(flood.peer, "{\"a\":\"a");
    wire_until(flood.scene->loop, has_all, &flood);
    relay_scene_send(flood.scene, "\r\n0\r\n\r\n");
    wire_expect(flood.peer, "\r\n0\r\n\r\n");
    wire_send(flood.peer, FINE);
    wire_expect(client, "fine");
    mem_free(flood.body);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_kept),
        TEST(it_passes_as_it_comes),
        TEST(chunks_pass_as_they_come),
        TEST(a_401_is_not_repeated),
        TEST(a_reset_is_not_repeated),
        TEST(a_small_body_is_repeated),
        TEST(so_it_is_after_a_401),
        TEST(a_slow_one_passes_as_it_comes),
        TEST(a_slow_json_object_is_kept),
        TEST(a_slow_one_that_is_flawed_is_kept),
        TEST(what_becomes_too_much_is_streamed),
        TEST(it_waits_for_a_slow_upstream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
