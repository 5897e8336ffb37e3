// SPDX-License-Identifier: MIT
/* relay/respond: answers that tell our limit in place of the upstream's. */
#include "relay/respond.h"

#include "admit_scene.h"

#define UNIFIED "anthropic-ratelimit-unified-"
#define LIMITED                                                                \
    OK "A: 1\r\n" UNIFIED "status: rejected\r\nanthropic-ratelimit-requests-"  \
       "limit: 5\r\nAnthropic-Ratelimit-Unified-7d-Utilization: "              \
       "0.999\r\nContent-Type: application/json\r\nB: 2\r\nContent-Length: "   \
       "79\r\n\r\n" USAGE

static void a_key_that_asks_is_shown_its_own_limit(void **state)
{
    struct wire *peer;

    (void)state;
    use_key(
        "{\"accounts\":[\"main\"],\"limits\":{\"cost_5h\":1},\"show_limit\":"
        "true}");
    peer = ask();
    wire_send(peer, LIMITED);
    wire_expect(&scene->client, USAGE);
    assert_int_equal(wire_count(&scene->client, "0.999"), 0);
    assert_int_equal(wire_count(&scene->client, "rejected"), 0);
    assert_int_equal(wire_count(&scene->client, "A: 1\r\nanthropic-ratelimit-"
                                                "requests-limit: 5\r\n"),
                     1);
    assert_int_equal(wire_count(&scene->client,
                                "B: 2\r\nContent-Length: 79\r\n" UNIFIED
                                "status: allowed\r\n" UNIFIED "reset: 1"),
                     1);
    assert_int_equal(wire_count(&scene->client,
                                UNIFIED "5h-utilization: 0\r\n"),
                     1);
    until_free();
    post("/v1/messages", BODY);
    wire_expect_count(peer, BODY, 2);
    wire_send(peer, ANSWER);
    wire_expect_count(&scene->client, USAGE, 2);
    assert_int_equal(wire_count(&scene->client,
                                UNIFIED "5h-utilization: 0.0045\r\n"),
                     1);
    /* What is no 200 is the upstream's own. */
    post("/v1/messages", BODY);
    wire_expect_count(peer, BODY, 3);
    wire_send(peer, "HTTP/1.1 429 Slow\r\n" UNIFIED
                    "status: rejected\r\nContent-Length: 0\r\n\r\n");
    wire_expect(&scene->client, "status: rejected\r\n");
    until_free();
}

static void nobody_else_sees_anything_but_the_upstreams(void **state)
{
    static const char *const docs[] = {
        "{\"accounts\":[\"main\"],\"limits\":{\"cost_5h\":1}}",
        "{\"accounts\":[\"main\"],\"limits\":{\"rpm\":9},\"show_limit\":true}",
    };
    struct wire *peer = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        use_key(docs[i]);
        post("/v1/messages", BODY);
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect_count(peer, BODY, i + 1);
        wire_send(peer, LIMITED);
        wire_expect_count(&scene->client, LIMITED, i + 1);
        until_free();
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_key_that_asks_is_shown_its_own_limit),
        TEST(nobody_else_sees_anything_but_the_upstreams),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
