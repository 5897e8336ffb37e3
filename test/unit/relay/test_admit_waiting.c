// SPDX-License-Identifier: MIT
/* relay/admit: requests that wait for a slot of their key, and what becomes of that
   meanwhile. */
#include "admit_scene.h"

static void a_request_waits_for_its_turn(void **state)
{
    struct wire *peer;
    struct wire other;

    (void)state;
    use_key(
        "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":1},\"queue_wait\":\"10m\"}");
    peer = ask();
    wire_connect(&other, scene->loop, server_port(scene->server));
    send_to(&other, "/v1/messages", BODY);
    wire_turn_for(scene->loop, 20);
    assert_int_equal(wire_count(&other, "HTTP/1.1"), 0);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    wire_expect_count(peer, BODY, 2);
    wire_send(peer, ANSWER);
    wire_expect(&other, USAGE);
    wire_close(&other);
    until_free();
}

#define WAITS                                                                  \
    "\"accounts\":[\"main\"],\"limits\":{\"concurrency\":1},"                  \
    "\"queue_wait\":\"10m\""

/* One that runs, and one that waits.  Its text is used by all that follows. */
static struct wire *ask_twice(struct wire *other)
{
    struct wire *peer;

    use_key("{" WAITS "}");
    peer = ask();
    wire_connect(other, scene->loop, server_port(scene->server));
    send_to(other, "/v1/messages", BODY);
    wire_turn_for(scene->loop, 20);
    assert_int_equal(wire_count(other, "HTTP/1.1"), 0);
    return peer;
}

static const struct change changes[] = {
    { "{" WAITS "}", 1500, false, false, "401", "was revoked" },
    { "{" WAITS "}", 0, true, false, "401", "is switched off" },
    { "{" WAITS "}", 0, false, true, "401", "has been rotated" },
    { "{" WAITS ",\"expires\":\"2001-01-01T00:00:00Z\"}", 0, false, false,
      "401", "has expired" },
    { "{" WAITS ",\"addresses\":[\"10.0.0.0/8\"]}", 0, false, false, "403",
      "addresses" },
    { "{" WAITS ",\"clients\":[\"claude-cli*\"]}", 0, false, false, "403",
      "is for the clients" },
    { "{" WAITS ",\"models\":[\"*haiku*\"]}", 0, false, false, "403",
      "claude-sonnet-4-5" },
    { "{" WAITS ",\"deny_models\":[\"*\"]}", 0, false, false, "403",
      "claude-sonnet-4-5" },
    { "{" WAITS ",\"allow\":[\"files\"]}", 0, false, false, "403",
      "may not call this" },
    { "{\"accounts\":[\"other\"]}", 0, false, false, "403", "is there" },
    { "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":0}}", 0, false,
      false, "429", "requests at once" },
    { "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":1}}", 0, false,
      false, "429", "requests at once" },
    { "{" WAITS ",\"owner\":\"bob\"}", 0, false, false, NULL, NULL },
};

/* At once: nobody gives a slot back. */
static void what_is_taken_away_is_noticed_while_it_waits(void **state)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct wire *peer;
        struct wire other;

        peer = ask_twice(&other);
        make_change(&changes[i]);
        if (changes[i].want) {
            wire_expect(&other, changes[i].want);
            wire_expect(&other, changes[i].says);
        } else {
            wire_turn_for(scene->loop, 20);
            assert_int_equal(wire_count(&other, "HTTP/1.1"), 0);
        }
        assert_int_equal(wire_count(peer, BODY), 1);
        wire_close(&other);
        wire_send(peer, ANSWER);
        wire_expect(&scene->client, USAGE);
        until_free();
        (void)tear_down(state);
        (void)set_up(state);
    }
}

static void a_key_that_is_removed_while_it_waits(void **state)
{
    struct wire *peer;
    struct wire other;

    (void)state;
    peer = ask_twice(&other);
    keyring_remove(ring, 1);
    wire_expect(&other, "HTTP/1.1 401 ");
    wire_expect(&other, "is not known");
    assert_int_equal(wire_count(peer, BODY), 1);
    wire_close(&other);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    until_free();
}

/* And it uses the account that the key has now. */
static void a_raised_limit_lets_it_go_on(void **state)
{
    const struct change change = {
        .doc = "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":2}}"
    };
    struct wire *second;
    struct wire *peer;
    struct wire other;

    (void)state;
    peer = ask_twice(&other);
    make_change(&change);
    second = relay_scene_accept(scene);
    wire_expect(second, BODY);
    wire_send(second, ANSWER);
    wire_expect(&other, USAGE);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    wire_close(&other);
    until_free();
}

/* It came with the old one, and its body took a while. */
static void a_body_that_takes_long_is_judged_by_what_is_then(void **state)
{
    const struct change change = { .doc = "{" WAITS "}", .revoked_ms = 1500 };
    char text[512];

    (void)state;
    use_key("{" WAITS "}");
    (void)snprintf(text, sizeof(text),
                   "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n"
                   "Authorization: Bearer " STR_FMT
                   "\r\nContent-Length: %zu\r\n\r\n{",
                   STR_ARG(secret_reveal(keys.secret)), sizeof(BODY) - 1);
    wire_send(&scene->client, text);
    wire_turn_for(scene->loop, 20);
    make_change(&change);
    wire_send(&scene->client, &BODY[1]);
    wire_expect(&scene->client, "HTTP/1.1 401 ");
    assert_int_equal(scene->peer_count, 0);
    until_free();
}

/* Called, and gone before it hears of it; the last one stays until the relay stops. */
static void leaving_and_stopping_in_the_midst_of_a_change(void **state)
{
    const struct change raised = {
        .doc = "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":9}}"
    };
    struct wire *peer;
    struct wire other;

    (void)state;
    peer = ask_twice(&other);
    wire_close(&other);
    make_change(&raised);
    wire_turn_for(scene->loop, 20);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    until_free();
    (void)tear_down(state);
    (void)set_up(state);
    (void)ask_twice(&other);
    make_change(&raised);
    wire_close(&other);
}

static void a_client_that_leaves_leaves_the_queue(void **state)
{
    struct wire *peer;
    struct wire other;

    (void)state;
    use_key(
        "{\"accounts\":[\"main\"],\"limits\":{\"concurrency\":1},\"queue_wait\":\"10m\"}");
    peer = ask();
    wire_connect(&other, scene->loop, server_port(scene->server));
    send_to(&other, "/v1/messages", BODY);
    wire_turn_for(scene->loop, 20);
    wire_close(&other);
    wire_turn_for(scene->loop, 20);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    until_free();
    post("/v1/messages", BODY);
    wire_expect_count(peer, BODY, 2);
    wire_send(peer, ANSWER);
    wire_expect_count(&scene->client, USAGE, 2);
    until_free();
    assert_int_equal(view().total.requests, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_request_waits_for_its_turn),
        TEST(what_is_taken_away_is_noticed_while_it_waits),
        TEST(a_key_that_is_removed_while_it_waits),
        TEST(a_raised_limit_lets_it_go_on),
        TEST(a_body_that_takes_long_is_judged_by_what_is_then),
        TEST(leaving_and_stopping_in_the_midst_of_a_change),
        TEST(a_client_that_leaves_leaves_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
