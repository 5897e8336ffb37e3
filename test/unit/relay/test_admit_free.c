// SPDX-License-Identifier: MIT
/* relay/admit: what is free of limits. */
#include "relay/admit.h"

#include "admit_scene.h"

/* Counting tokens is free of limits, not of rules. */
static void counting_tokens_keeps_the_rules(void **state)
{
    const char *path = "/v1/messages/count_tokens";
    struct key *revoked;
    struct wire *peer;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":0,\"rpd\":0,"
            "\"tpm_in\":0,\"concurrency\":0,\"cost_total\":0},\"reserve\":"
            "\"strict\"}");
    post(path, BODY);
    peer = relay_scene_accept(scene);
    wire_expect(peer, BODY);
    wire_send(peer, OK "Content-Length: 4\r\n\r\nfree");
    wire_expect(&scene->client, "free");
    use_key("{\"accounts\":[\"main\"],\"models\":[\"claude-opus-*\"]}");
    post(path, BODY);
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 1);
    post(path, "{}");
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 2);
    revoked = scene_key(&keys, 1, "alice", "{}");
    revoked->revoked_ms = 1;
    keyring_put(ring, revoked);
    post(path, BODY);
    wire_expect(&scene->client, "HTTP/1.1 401 ");
    assert_int_equal(wire_count(peer, "count_tokens"), 1);
    until_free();
}

/* Claude Code asks for the models when it starts. */
static void looking_at_the_models_is_free_of_limits(void **state)
{
    static const char *const targets[] = { "/v1/models?limit=1000",
                                           "/v1/models/claude-opus-5" };
    struct wire *peer = NULL;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":0,\"rpd\":0,"
            "\"concurrency\":0,\"cost_total\":0},\"reserve\":\"strict\"}");
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        char text[256];

        (void)snprintf(text, sizeof(text),
                       "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                       "X-Api-Key: " STR_FMT "\r\n\r\n",
                       targets[i], STR_ARG(secret_reveal(keys.secret)));
        wire_send(&scene->client, text);
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, targets[i]);
        wire_send(peer, OK "Content-Length: 4\r\n\r\nfree");
        wire_expect_count(&scene->client, "free", i + 1);
    }
    until_free();
    assert_int_equal(view().total.requests, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(counting_tokens_keeps_the_rules),
        TEST(looking_at_the_models_is_free_of_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
