// SPDX-License-Identifier: MIT
/* What a body says of a proxy: cut out, refused, or passed by. */
#include "relay/body.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "http/connection.h"
#include "relay_scene.h"

#define PROXY                                                                  \
    "{\"type\":\"http\",\"host\":\"127.0.0.1\",\"port\":1,\"username\":\"u\"," \
    "\"password\":\"CANARY\"}"

/* NULL: refused. */
static const struct {
    const char *sent;
    const char *want;
} bodies[] = {
    { "{\"a\":1}", "{\"a\":1}" },
    { "{\"a\":1,\"proxy_config\":null}", "{\"a\":1}" },
    { "{\"proxy\\u005fconfig\":null,\"a\":1}", "{\"a\":1}" },
    { "[\"proxy_config\"]", "[\"proxy_config\"]" },
    { "{\"a\":{\"proxy_config\":" PROXY "}}",
      "{\"a\":{\"proxy_config\":" PROXY "}}" },
    /* which of them is meant? */
    { "{\"proxy_config\":" PROXY ",\"proxy_config\":null}", NULL },
    { "{\"proxy_config\":null,\"proxy\\u005fconfig\":" PROXY "}", NULL },
    { "{\"proxy_config\":null,\"proxy_config\":null}", NULL },
    { "{\"proxy_config\":nul}", NULL },
    { "{\"proxy_config\":{}}", NULL },
    { "{\"proxy_config\":false}", NULL },
    { "{\"proxy_config\":" PROXY, NULL },
    { "\xef\xbb\xbf{\"proxy_config\":" PROXY "}", NULL },
};

static void try_bodies(struct relay_scene *scene, const char *path)
{
    struct wire *peer = NULL;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char text[512];

        (void)snprintf(text, sizeof(text),
                       "POST %s HTTP/1.1\r\nHost: a\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n"
                       "%zx\r\n%s\r\n0\r\n\r\n",
                       path, strlen(bodies[i].sent), bodies[i].sent);
        buf_clear(&scene->client.got);
        relay_scene_send(scene, text);
        if (!bodies[i].want) {
            wire_expect(&scene->client, "HTTP/1.1 400 ");
            wire_expect(&scene->client, "proxy_config");
            assert_int_equal(wire_count(&scene->client, "CANARY"), 0);
            continue;
        }
        peer = peer ? peer : relay_scene_accept(scene);
        (void)snprintf(text, sizeof(text), "\r\n\r\n%s", bodies[i].want);
        wire_expect(peer, text);
        (void)snprintf(text, sizeof(text), "content-length: %zu\r\n",
                       strlen(bodies[i].want));
        assert_int_equal(wire_count(peer, text), 1);
        wire_send(peer, "HTTP/1.1 204 Fine\r\n\r\n");
        wire_expect(&scene->client, "204 Fine");
        buf_clear(&peer->got);
    }
}

static void a_kept_body_names_a_proxy_or_none(void **state)
{
    try_bodies(*state, "/v1/messages");
}

static void so_does_a_batch(void **state)
{
    try_bodies(*state, "/v1/messages/batches");
}

static void so_does_a_body_to_an_open_endpoint(void **state)
{
    try_bodies(*state, "/v1/skills");
}

static const struct {
    const char *path;
    const char *parts[3];
    bool want;
} streams[] = {
    { "/v1/messages/batches", { "{\"a\":", "1}" }, true },
    { "/v1/messages/batches", { "{\"a\":1,\"proxy_", "config\":1" }, false },
    { "/v1/messages/batches", { "{\"a\":1,\"proxy_", "config\":n" }, true },
    { "/v1/messages/batches", { "[1]" }, false },
    { "/v1/messages/batches", { "{\"a\":1,,", "\"b\"" }, false },
    { "/v1/skills", { "{\"a\":", "1}" }, true },
    { "/v1/skills", { "{\"a\":1,\"proxy_", "config\":{" }, false },
    { "/v1/skills", { "{\"proxy\\u005fconfig\":", "null}" }, true },
    { "/v1/skills", { "\xef\xbb", "\xbf{\"proxy_config\":{" }, false },
    { "/v1/skills", { "[\"proxy_config\"]" }, true },
    { "/v1/skills", { "--b\r\n", "{\"proxy_config\":1}" }, true },
    { "/v1/skills", { "", "\xff" }, true },
    { "/v1/files", { "{\"proxy_config\":", "{" }, false },
    { "/v1/files", { "\xef\xbb\xbf {\"proxy_config\":{" }, false },
    { "/v1/files", { "--b\r\n", "{\"proxy_config\":1}" }, true },
};

static const struct endpoint *row_of(const char *path)
{
    const struct endpoint *row = endpoints_find(STR("POST"), str_of(path));

    return row ? row : endpoints_open(STR("POST"), str_of(path));
}

/* Piece by piece; each is passed on. */
static bool passes(struct relayed *r, struct exchange *x,
                   const char *const *parts, struct err *err)
{
    buf_init(&x->body, 4096);
    for (size_t i = 0; i < 3 && parts[i]; i++) {
        buf_add(&x->body, str_of(parts[i]));
        if (!body_may_pass(r, err))
            return false;
        r->passed += x->body.len;
        buf_clear(&x->body);
    }
    return true;
}

static void a_streamed_body_that_names_one_does_not_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct exchange x = { .body_state = REQUEST_BODY_READING };
        struct relayed r = { .path = str_of(streams[i].path),
                             .endpoint = row_of(streams[i].path),
                             .req = &x.req };
        struct err err;

        if (passes(&r, &x, streams[i].parts, &err) != streams[i].want)
            fail_msg("%s: %s", streams[i].path, streams[i].parts[0]);
        assert_true(streams[i].want || err.code == ERR_BAD_REQUEST);
        mem_free(r.ahead);
        buf_done(&x.body);
    }
}

static const struct {
    const char *encoding;
    bool packed;
} encodings[] = {
    { "gzip", true },  { "Identity", false },          { "", false },
    { "br", true },    { "identity, gzip", true },     { ",", false },
    { "zstd ", true }, { "identity,identity", false },
};

static void what_is_compressed_is_not_looked_at(void **state)
{
    struct headers none = headers_of(NULL, 0);

    (void)state;
    assert_false(body_is_packed(&none));
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        struct header field = { STR("Content-Encoding"),
                                str_of(encodings[i].encoding) };
        struct headers headers = headers_of(&field, 1);

        if (body_is_packed(&headers) != encodings[i].packed)
            fail_msg("%s", encodings[i].encoding);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kept_body_names_a_proxy_or_none),
        TEST(so_does_a_batch),
        TEST(so_does_a_body_to_an_open_endpoint),
        cmocka_unit_test(a_streamed_body_that_names_one_does_not_pass),
        cmocka_unit_test(what_is_compressed_is_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
