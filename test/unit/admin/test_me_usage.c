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

/* Somebody who asks, on whatever connection. */
static struct me_ticket *somebody(struct admin_scene *scene, uint64_t key)
{
    return me_turns_ask(own.turns, key, scene->loop, NULL, NULL);
}

static void have_all_turns(struct admin_scene *scene,
                           struct me_ticket *tickets[ME_TURNS])
{
    for (size_t i = 0; i < ME_TURNS; i++) {
        tickets[i] = somebody(scene, 100 + i);
        assert_int_equal(me_ticket_look(tickets[i], false), ME_TURN_HAS);
    }
}

static void give_turns_back(struct me_ticket *tickets[ME_TURNS])
{
    for (size_t i = 0; i < ME_TURNS; i++)
        me_ticket_end(tickets[i]);
}

static void whoever_asks_already_waits_for_the_answer(void **state)
{
    struct admin_scene *scene = *state;
    struct me_ticket *ticket = somebody(scene, ALICE);

    assert_told_to_come_back(scene, ALICE);
    ask(scene, BOB, ALL, "200 OK");
    me_ticket_end(ticket);
    ask(scene, ALICE, ALL, "200 OK");
}

/* In the line is whoever is refused there a second time. */
static bool waits(void *arg)
{
    struct me_ticket *again = somebody(arg, ALICE);
    bool refused = me_ticket_look(again, false) == ME_TURN_REFUSED;

    me_ticket_end(again);
    return refused;
}

static void begin_to_wait(struct admin_scene *scene)
{
    ask(scene, ALICE, SUMS, "");
    wire_until(scene->loop, waits, scene);
}

static bool has_left(void *arg)
{
    return !waits(arg);
}

static void whoever_waits_is_answered_before_those_who_come(void **state)
{
    struct admin_scene *scene = *state;
    struct me_ticket *tickets[ME_TURNS];
    struct me_ticket *next;

    have_all_turns(scene, tickets);
    begin_to_wait(scene);
    assert_int_equal(scene->admin->holders.count, 0);
    next = somebody(scene, 100);
    assert_int_equal(me_ticket_look(next, false), ME_TURN_REFUSED);
    me_ticket_end(next);
    me_ticket_end(tickets[0]);
    tickets[0] = somebody(scene, 100);
    assert_int_equal(me_ticket_look(tickets[0], false), ME_TURN_WAITS);
    wire_expect(&scene->client, END);
    assert_int_equal(wire_count(&scene->client, "200 OK"), 1);
    assert_int_equal(me_ticket_look(tickets[0], false), ME_TURN_HAS);
    give_turns_back(tickets);
}

static void waiting_for_a_turn_has_an_end(void **state)
{
    struct admin_scene *scene = *state;
    struct me_ticket *tickets[ME_TURNS];

    scene->admin->turn_wait_ms = 1;
    have_all_turns(scene, tickets);
    assert_told_to_come_back(scene, ALICE);
    assert_false(waits(scene));
    give_turns_back(tickets);
}

static void whoever_leaves_waits_no_longer(void **state)
{
    struct admin_scene *scene = *state;
    struct me_ticket *tickets[ME_TURNS];

    have_all_turns(scene, tickets);
    begin_to_wait(scene);
    wire_close(&scene->client);
    wire_until(scene->loop, has_left, scene);
    give_turns_back(tickets);
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
        assert_false(waits(scene));
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
    assert_false(waits(scene)); /* nor does it keep its turn */
    ask(scene, BOB, ALL, "200 OK");
    me_places_give_back(places, ALICE);
    ask(scene, ALICE, ALL, "200 OK");
}

static void a_turn_that_is_refused_takes_no_place(void **state)
{
    struct admin_scene *scene = *state;
    struct me_ticket *ticket = somebody(scene, ALICE);

    assert_told_to_come_back(scene, ALICE);
    assert_int_equal(scene->admin->holders.count, 0);
    me_ticket_end(ticket);
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
        TEST(whoever_waits_is_answered_before_those_who_come),
        TEST(waiting_for_a_turn_has_an_end),
        TEST(whoever_leaves_waits_no_longer),
        TEST(a_turn_ends_with_its_question),
        TEST(one_holder_leaves_places_for_others),
        TEST(a_turn_that_is_refused_takes_no_place),
        TEST(an_answer_is_read_in_time_or_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
