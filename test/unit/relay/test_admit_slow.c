// SPDX-License-Identifier: MIT
/* relay/admit: requests whose body, or whose account's token, is long in coming, and what
   becomes of their key meanwhile. */
#include "admit_scene.h"

#define ANY "\"accounts\":[\"main\"]"

/* A head and the beginning of a body: the rest is as long as it pleases. */
static void begin(const char *path, const char *body, size_t len)
{
    char text[1024];

    (void)snprintf(text, sizeof(text),
                   "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                   "Bearer " STR_FMT "\r\nContent-Length: %zu\r\n\r\n%.*s",
                   path, STR_ARG(secret_reveal(keys.secret)), strlen(body),
                   (int)len, body);
    wire_send(&scene->client, text);
    wire_turn_for(scene->loop, 20);
    assert_int_equal(wire_count(&scene->client, "HTTP/1.1"), 0);
}

static const struct change changes[] = {
    { "{" ANY "}", 1500, false, false, "401", "was revoked" },
    { "{" ANY "}", 0, true, false, "401", "is switched off" },
    { "{" ANY "}", 0, false, true, "401", "has been rotated" },
    { "{" ANY ",\"expires\":\"2001-01-01T00:00:00Z\"}", 0, false, false, "401",
      "has expired" },
    { "{" ANY ",\"addresses\":[\"10.0.0.0/8\"]}", 0, false, false, "403",
      "addresses" },
    { "{" ANY ",\"clients\":[\"claude-cli*\"]}", 0, false, false, "403",
      "is for the clients" },
    { "{" ANY ",\"models\":[\"*haiku*\"]}", 0, false, false, "403",
      "claude-sonnet-4-5" },
    { "{" ANY ",\"deny_models\":[\"*\"]}", 0, false, false, "403",
      "claude-sonnet-4-5" },
    { "{" ANY ",\"allow\":[\"files\"]}", 0, false, false, "403",
      "may not call this" },
    { "{\"accounts\":[\"other\"]}", 0, false, false, "403", "is there" },
    { "{" ANY ",\"owner\":\"bob\"}", 0, false, false, NULL, NULL },
};

static void serve(void)
{
    struct wire *peer = relay_scene_accept(scene);

    wire_expect(peer, BODY);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
}

/* Those that count nothing, too. */
static void a_body_that_was_long_in_coming_is_asked_again(void **state)
{
    static const char *const paths[] = { "/v1/messages",
                                         "/v1/messages/count_tokens" };

    for (size_t i = 0; i < 2 * COUNT_OF(changes); i++) {
        const struct change *change = &changes[i / 2];

        use_key("{" ANY "}");
        begin(paths[i % 2], BODY, 10);
        make_change(change);
        wire_send(&scene->client, &BODY[10]);
        if (change->want) {
            wire_expect(&scene->client, change->want);
            wire_expect(&scene->client, change->says);
            assert_int_equal(scene->peer_count, 0);
        } else {
            serve();
        }
        until_free();
        (void)tear_down(state);
        (void)set_up(state);
    }
}

static void a_key_that_is_gone_when_the_body_has_come(void **state)
{
    (void)state;
    use_key("{" ANY "}");
    begin("/v1/messages", BODY, 10);
    keyring_remove(ring, 1);
    wire_send(&scene->client, &BODY[10]);
    wire_expect(&scene->client, "HTTP/1.1 401 ");
    wire_expect(&scene->client, "is not known");
    assert_int_equal(scene->peer_count, 0);
    until_free();
}

/* Nobody has to change anything for that. */
static void a_key_that_expires_while_the_body_comes(void **state)
{
    struct key *key;

    (void)state;
    use_key("{" ANY "}");
    key = keyring_get(ring, STR("alice"));
    key->expires_ms = clock_wall_ms() + 400;
    begin("/v1/messages", BODY, 10);
    while (key->expires_ms > clock_wall_ms())
        wire_turn_for(scene->loop, 20);
    wire_send(&scene->client, &BODY[10]);
    wire_expect(&scene->client, "HTTP/1.1 401 ");
    wire_expect(&scene->client, "has expired");
    assert_int_equal(scene->peer_count, 0);
    assert_int_equal(atomic_load(&key->use->last_ms), 0);
    key_unref(key);
    until_free();
}

/* An upload that is passed on as it comes is admitted by its head. */
static void an_upload_that_has_begun_goes_on(void **state)
{
    const struct change change = { .doc = "{" ANY "}", .revoked_ms = 1500 };
    struct wire *peer;

    (void)state;
    use_key("{" ANY ",\"allow\":[\"files\"]}");
    begin("/v1/files", "0123456789", 5);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "01234");
    make_change(&change);
    wire_send(&scene->client, "56789");
    wire_expect(peer, "0123456789");
    wire_send(peer, OK "Content-Length: 2\r\n\r\nok");
    wire_expect(&scene->client, "ok");
    until_free();
}

/* Admitted already: what it reserved is given back. */
static void a_token_that_was_long_in_coming(void **state)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        relay_scene_put(scene, "old-access", true);
        use_key("{" ANY "}");
        post("/v1/messages", BODY);
        relay_scene_until_asked(scene, 1);
        make_change(&changes[i]);
        relay_scene_keeper(scene, "new-access");
        if (changes[i].want) {
            wire_expect(&scene->client, changes[i].want);
            assert_int_equal(scene->peer_count, 0);
        } else {
            serve();
        }
        until_free();
        (void)tear_down(state);
        (void)set_up(state);
    }
}

/* This machine needed none when it began. */
static void the_first_key_is_made_while_a_body_comes(void **state)
{
    char text[256];

    (void)state;
    (void)snprintf(text, sizeof(text),
                   "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n"
                   "Content-Length: %zu\r\n\r\n",
                   strlen(BODY));
    wire_send(&scene->client, text);
    wire_turn_for(scene->loop, 20);
    use_key("{" ANY "}");
    wire_send(&scene->client, BODY);
    wire_expect(&scene->client, "HTTP/1.1 401 ");
    wire_expect(&scene->client, "as soon as there are keys");
    assert_int_equal(scene->peer_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_body_that_was_long_in_coming_is_asked_again),
        TEST(a_key_that_is_gone_when_the_body_has_come),
        TEST(a_key_that_expires_while_the_body_comes),
        TEST(an_upload_that_has_begun_goes_on),
        TEST(a_token_that_was_long_in_coming),
        TEST(the_first_key_is_made_while_a_body_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
