// SPDX-License-Identifier: MIT
/* Holders of keys ask for their usage: in turns, from places of their own, about nobody
   else. */
#include "admin/me_usage.h"

#include <string.h>

#include "../team/key_scene.h"
#include "../usage/ask_scene.h"
#include "admin/me_turns.h"
#include "admin_scene.h"
#include "base/mem.h"
#include "crypto/seal.h"

static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/v1/me/usage", PUBLIC, me_usage_sums),
    ADMIN_ROW("GET", "/v1/me/requests", PUBLIC, me_usage_requests),
};

enum { ALICE = 1, BOB = 2 };

/* Beside the scene of requests. */
static struct {
    struct ask_scene *booked;
    struct key_scene keys;
    struct keyring *ring;
    struct me_turns *turns;
    struct seal *seal;
    char texts[BOB + 1][KEY_TEXT_LEN + 1];
} own;

static const struct ask_booked bookings[] = {
    { .ended = "2026-01-01T10:00:00Z",
      .key_id = ALICE,
      .key = "alice",
      .owner = "",
      .group = "",
      .account = "main",
      .model = "claude-a",
      .endpoint = "/v1/messages",
      .tokens_in = 1 },
    { .ended = "2026-01-01T11:00:00Z",
      .key_id = ALICE,
      .key = "alice",
      .owner = "",
      .group = "",
      .account = "main",
      .model = "claude-b",
      .endpoint = "/v1/messages",
      .tokens_in = 2 },
    { .ended = "2026-01-01T12:00:00Z",
      .key_id = BOB,
      .key = "bob",
      .owner = "",
      .group = "",
      .account = "secret",
      .model = "claude-c",
      .endpoint = "/v1/messages",
      .tokens_in = 4 },
};

static void put_key(uint64_t id, const char *name)
{
    struct key *key = scene_key(&own.keys, id, name, "{}");

    assert_non_null(key);
    memcpy(own.texts[id], secret_reveal(own.keys.secret).at, KEY_TEXT_LEN);
    keyring_put(own.ring, key);
}

static int open_scene(void **state)
{
    static struct config config;
    struct admin_scene *scene;
    void *booked;

    (void)ask_scene_begin(&booked);
    own.booked = booked;
    ask_scene_book(own.booked, bookings, COUNT_OF(bookings));
    scene_begin(&own.keys);
    own.ring = keyring_new();
    own.turns = me_turns_new();
    own.seal = seal_new_random();
    put_key(ALICE, "alice");
    put_key(BOB, "bob");
    (void)admin_scene_open(state, rows, COUNT_OF(rows));
    scene = *state;
    scene->callers.config = &config;
    scene->callers.keyring = own.ring;
    scene->admin->options.records = own.booked->records;
    scene->admin->options.turns = own.turns;
    scene->admin->options.cursors = own.seal;
    return 0;
}

static int close_scene(void **state)
{
    void *booked = own.booked;

    records_stop(own.booked->records);
    (void)admin_scene_close(state);
    seal_free(own.seal);
    me_turns_free(own.turns);
    keyring_free(own.ring);
    scene_end(&own.keys);
    return ask_scene_end(&booked);
}

static void ask(struct admin_scene *scene, unsigned key, const char *path,
                const char *answer)
{
    struct arena *arena = arena_new();
    struct str bytes = arena_printf(arena,
                                    "GET %s HTTP/1.1\r\nHost: h\r\n"
                                    "x-api-key: %s\r\n\r\n",
                                    path, own.texts[key]);

    admin_scene_reconnect(scene);
    admin_scene_ask(scene, bytes.at, answer);
    arena_free(arena);
}

#define ALL "/v1/me/requests?since=2026-01-01"
#define SUMS "/v1/me/usage?by=model&since=2026-01-01"
#define END "0\r\n\r\n"

static void each_is_told_of_its_own(void **state)
{
    struct admin_scene *scene = *state;

    ask(scene, ALICE, ALL, END);
    assert_int_equal(wire_count(&scene->client, "\"model\":"), 2);
    assert_int_equal(wire_count(&scene->client, "claude-c"), 0);
    ask(scene, BOB, SUMS, END);
    assert_int_equal(wire_count(&scene->client, "claude-c"), 1);
    assert_int_equal(wire_count(&scene->client, "claude-a"), 0);
    ask(scene, BOB, ALL, END);
    assert_int_equal(wire_count(&scene->client, "secret"), 0);
}

static void nothing_else_is_asked_for(void **state)
{
    static const char *const wrong[] = {
        "/v1/me/requests?key=bob", "/v1/me/requests?account=secret",
        "/v1/me/usage?by=account", "/v1/me/usage?by=key",
        ALL "&cursor=1-1",
    };
    struct admin_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        ask(scene, ALICE, wrong[i], "400 Bad Request");
}

/* From the first page's answer to the parameter of the next one. */
static struct str cursor_in(const struct admin_scene *scene,
                            struct arena *arena)
{
    static const char before[] = "\"next_cursor\":\"";
    struct str got =
        arena_printf(arena, STR_FMT, STR_ARG(buf_str(&scene->client.got)));
    const char *at = strstr(got.at, before);
    const char *end = at ? strchr(at + sizeof(before) - 1, '"') : NULL;

    assert_non_null(end);
    at += sizeof(before) - 1;
    return (struct str){ at, (size_t)(end - at) };
}

static void a_cursor_opens_for_its_own_key_alone(void **state)
{
    struct admin_scene *scene = *state;
    struct arena *arena = arena_new();
    struct str next;

    ask(scene, ALICE, ALL "&limit=1", END);
    assert_int_equal(wire_count(&scene->client, "\"model\":\"claude-b\""), 1);
    next = arena_printf(arena, ALL "&limit=1&cursor=" STR_FMT,
                        STR_ARG(cursor_in(scene, arena)));
    ask(scene, BOB, next.at, "400 Bad Request");
    wire_expect(&scene->client, "begin with the first page again");
    ask(scene, ALICE, next.at, END);
    assert_int_equal(wire_count(&scene->client, "\"model\":\"claude-a\""), 1);
    arena_free(arena);
}

/* ---- turns and places ---------------------------------------------------- */

static void assert_told_to_come_back(struct admin_scene *scene, unsigned key)
{
    static const char *const paths[] = { ALL, SUMS };

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        ask(scene, key, paths[i], "429 ");
        wire_expect(&scene->client, "retry-after: 1\r\n");
    }
}

static void whoever_asks_already_waits_for_the_answer(void **state)
{
    struct admin_scene *scene = *state;

    assert_true(me_turns_take(own.turns, ALICE));
    assert_told_to_come_back(scene, ALICE);
    ask(scene, BOB, ALL, "200 OK");
    me_turns_give_back(own.turns, ALICE);
    ask(scene, ALICE, ALL, "200 OK");
}

static void all_have_so_many_turns(void **state)
{
    struct admin_scene *scene = *state;

    for (uint64_t key = 0; key < ME_TURNS; key++)
        assert_true(me_turns_take(own.turns, 100 + key));
    assert_told_to_come_back(scene, ALICE);
    me_turns_give_back(own.turns, 100);
    ask(scene, ALICE, SUMS, "200 OK");
}

/* It is given back with the answer, of whatever kind. */
static void a_turn_ends_with_its_question(void **state)
{
    static const char *const paths[] = { ALL, SUMS, ALL "&cursor=x",
                                         SUMS "&offset=1" };
    struct admin_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        ask(scene, ALICE, paths[i], i < 2 ? END : "400 Bad Request");
        assert_true(me_turns_take(own.turns, ALICE));
        me_turns_give_back(own.turns, ALICE);
        assert_int_equal(scene->admin->holders.count, 0);
    }
}

static void one_holder_leaves_places_for_others(void **state)
{
    struct admin_scene *scene = *state;
    struct me_places *places = &scene->admin->holders;

    while (me_places_take(places, ALICE))
        ;
    assert_told_to_come_back(scene, ALICE);
    ask(scene, BOB, ALL, "200 OK");
    me_places_give_back(places, ALICE);
    ask(scene, ALICE, ALL, "200 OK");
}

/* Without a place nobody has a turn. */
static void a_turn_that_is_refused_takes_no_place(void **state)
{
    struct admin_scene *scene = *state;

    assert_true(me_turns_take(own.turns, ALICE));
    assert_told_to_come_back(scene, ALICE);
    assert_int_equal(scene->admin->holders.count, 0);
    me_turns_give_back(own.turns, ALICE);
}

static void an_answer_is_read_in_time_or_cut(void **state)
{
    struct admin_scene *scene = *state;

    scene->admin->holder_ms = 0;
    ask(scene, ALICE, ALL, "200 OK");
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, END), 0);
    assert_int_equal(scene->admin->holders.count, 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_is_told_of_its_own),
        TEST(nothing_else_is_asked_for),
        TEST(a_cursor_opens_for_its_own_key_alone),
        TEST(whoever_asks_already_waits_for_the_answer),
        TEST(all_have_so_many_turns),
        TEST(a_turn_ends_with_its_question),
        TEST(one_holder_leaves_places_for_others),
        TEST(a_turn_that_is_refused_takes_no_place),
        TEST(an_answer_is_read_in_time_or_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
