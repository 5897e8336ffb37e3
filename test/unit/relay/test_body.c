// SPDX-License-Identifier: MIT
/* What a body says of a proxy: cut out, refused, or passed by. */
#include "relay/body.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
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
    { "{\"proxy_config\":" PROXY ",\"proxy_config\":null}", "{}" },
    { "[\"proxy_config\"]", "[\"proxy_config\"]" },
    { "{\"a\":{\"proxy_config\":" PROXY "}}",
      "{\"a\":{\"proxy_config\":" PROXY "}}" },
    { "{\"proxy_config\":nul}", NULL },
    { "{\"proxy_config\":{}}", NULL },
    { "{\"proxy_config\":false}", NULL },
    { "{\"proxy_config\":" PROXY, NULL },
};

static void a_kept_body_names_a_proxy_or_none(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer = NULL;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char text[512];

        (void)snprintf(text, sizeof(text),
                       "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       strlen(bodies[i].sent), bodies[i].sent);
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
        (void)snprintf(text, sizeof(text), "Content-Length: %zu\r\n",
                       strlen(bodies[i].want));
        assert_int_equal(wire_count(peer, text), 1);
        wire_send(peer, "HTTP/1.1 204 Fine\r\n\r\n");
        wire_expect(&scene->client, "204 Fine");
        buf_clear(&peer->got);
    }
}

static const struct {
    const char *path;
    const char *parts[3];
    bool want;
} streams[] = {
    { "/v1/messages/batches", { "{\"a\":", "1}" }, true },
    { "/v1/messages/batches", { "{\"a\":1,\"proxy_", "config\":" }, false },
    { "/v1/messages/batches", { "[1]" }, false },
    { "/v1/messages/batches", { "{\"a\":1,,", "\"b\"" }, false },
    { "/v1/skills", { "{\"a\":", "1}" }, true },
    { "/v1/skills", { "{\"a\":1,\"proxy_", "config\":" }, false },
    { "/v1/skills", { "{\"a\":1,\"proxy\\u005fconfig\":null}" }, false },
    { "/v1/skills", { "[\"proxy_config\"]" }, true },
    { "/v1/skills", { "--b\r\n", "{\"proxy_config\":1}" }, true },
    { "/v1/skills", { "", "\xff" }, true },
};

static const struct endpoint *row_of(const char *path)
{
    const struct endpoint *row = endpoints_find(STR("POST"), str_of(path));

    return row ? row : endpoints_open(STR("POST"), str_of(path));
}

static void a_streamed_body_that_names_one_does_not_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct relayed r = { .path = str_of(streams[i].path),
                             .endpoint = row_of(streams[i].path) };
        bool passes = true;

        for (size_t j = 0; j < 3 && streams[i].parts[j]; j++)
            passes = passes && body_may_pass(&r, str_of(streams[i].parts[j]));
        if (passes != streams[i].want)
            fail_msg("%s: %s", streams[i].path, streams[i].parts[0]);
        assert_true(passes || r.err.code == ERR_BAD_REQUEST);
        mem_free(r.ahead);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kept_body_names_a_proxy_or_none),
        cmocka_unit_test(a_streamed_body_that_names_one_does_not_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
