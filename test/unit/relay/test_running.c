// SPDX-License-Identifier: MIT
/* What runs is seen in each of its states, and can be cancelled in each of them; what has
   ended is neither. */
#include "relay/running.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "relay/detail.h"
#include "relay_scene.h"

#define POST_TO(path, length, body)                                            \
    "POST " path " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: kettle/1.0\r\n"  \
    "Content-Length: " length "\r\n\r\n" body
#define BODY "{\"model\":\"claude-tea\",\"stream\":true}"
#define POST POST_TO("/v1/messages", "36", BODY)
#define OK "HTTP/1.1 200 OK\r\n"
#define STREAM                                                                 \
    OK "Content-Type: text/event-stream\r\nTransfer-Encoding: "                \
       "chunked\r\n\r\n"
#define PING "7\r\n: ping\n\r\n"
#define GONE "whoever runs the relay has cancelled this request"

static struct relay_scene *scene;

static int set_up(void **state)
{
    int result = relay_scene_open(state);

    scene = *state;
    return result;
}

/* ---- asking -------------------------------------------------------------- */

static void note(void *arg)
{
    *(bool *)arg = true;
}

static bool is_noted(void *arg)
{
    return *(bool *)arg;
}

/* How many run; the oldest. */
static size_t look(struct running_view *view)
{
    bool told = false;
    struct round *round =
        running_ask(scene->running, 2, scene->loop, note, &told);
    const struct running_list *list;
    size_t all;

    wire_until(scene->loop, is_noted, &told);
    list = running_list(round);
    all = list->all;
    assert_int_equal(list->count, all < 2 ? all : 2);
    *view = list->count > 0 ? list->at[0] : (struct running_view){ .id = "" };
    round_free(round);
    return all;
}

static bool cancel_one(const char *id)
{
    bool told = false;
    struct round *round =
        running_cancel(scene->running, str_of(id), scene->loop, note, &told);
    bool found;

    wire_until(scene->loop, is_noted, &told);
    found = running_was_found(round);
    round_free(round);
    return found;
}

/* It is in that state, and then cancelled.  `status`: that the client gets. */
static void cancel_in(enum running_step step, unsigned status)
{
    struct running_view view;

    assert_int_equal(look(&view), 1);
    assert_string_equal(running_step_word(view.step), running_step_word(step));
    assert_string_equal(view.client, "kettle/1.0");
    assert_true(cancel_one(view.id));
    assert_int_equal(scene->records, 1);
    assert_string_equal(record_end_word(scene->record.end), "cancelled");
    assert_int_equal(scene->record.status, status);
    unit_assert_str(scene->record.error, GONE);
    assert_int_equal(scene->bookings, scene->record.sent);
    assert_int_equal(relay_in_flight(scene->relay), 0);
    assert_int_equal(look(&view), 0);
}

/* Its client gets an error that is not to be repeated, and its connection lives. */
static void expect_refusal(void)
{
    wire_expect(&scene->client, "HTTP/1.1 503 ");
    wire_expect(&scene->client, "x-should-retry: false");
    wire_expect(&scene->client, GONE);
    assert_true(scene->record.bytes_out > 0);
}

/* ---- in each state -------------------------------------------------------- */

static void while_its_body_comes(void **state)
{
    (void)state;
    relay_scene_send(scene, POST_TO("/v1/messages", "9", "{\"a\""));
    wire_turn_for(scene->loop, 5);
    cancel_in(RUNNING_RECEIVING, 503);
    expect_refusal();
    assert_false(scene->record.sent);
}

static void while_a_token_is_waited_for(void **state)
{
    (void)state;
    relay_scene_put(scene, "old-access", true);
    relay_scene_send(scene, POST);
    relay_scene_until_asked(scene, 1);
    cancel_in(RUNNING_TOKEN, 503);
    expect_refusal();
    assert_null(scene->wait);
    assert_false(scene->record.sent);
}

static void while_its_body_is_streamed(void **state)
{
    struct wire *peer =
        relay_scene_ask(scene, POST_TO("/v1/files", "9", "abc"), "abc");

    (void)state;
    cancel_in(RUNNING_SENDING, 503);
    expect_refusal();
    wire_expect_end(peer);
    assert_true(scene->record.sent);
}

static void expect_tokens(struct wire *peer, const char *event, bool told,
                          uint64_t tokens)
{
    struct running_view view;
    char chunk[512];

    (void)snprintf(chunk, sizeof(chunk), "%zx\r\n%s\r\n", strlen(event), event);
    wire_send(peer, chunk);
    wire_expect(&scene->client, event);
    assert_int_equal(look(&view), 1);
    assert_true(view.bytes_out > 0);
    assert_int_equal(view.told, told);
    if (told)
        assert_int_equal(view.output_tokens, tokens);
}

/* That of its beginning is no number of tokens; what comes later is. */
static void output_is_told_by_more_than_the_beginning(void **state)
{
    struct wire *peer = relay_scene_ask(scene, POST, BODY);
    struct running_view view;

    (void)state;
    wire_send(peer, STREAM);
    expect_tokens(peer,
                  "event: message_start\ndata: {\"type\":\"message_start\","
                  "\"message\":{\"model\":\"claude-tea\",\"usage\":{"
                  "\"input_tokens\":9,\"output_tokens\":1}}}\n\n",
                  false, 0);
    expect_tokens(peer,
                  "event: message_delta\ndata: {\"type\":\"message_delta\","
                  "\"delta\":{},\"usage\":{\"output_tokens\":70}}\n\n",
                  true, 70);
    assert_int_equal(look(&view), 1);
    assert_true(cancel_one(view.id));
}

static void before_an_answer_comes(void **state)
{
    struct wire *peer = relay_scene_ask(scene, POST, BODY);
    struct running_view view;

    (void)state;
    assert_int_equal(look(&view), 1);
    assert_string_equal(view.model, "claude-tea");
    assert_string_equal(view.account, "main");
    assert_true(view.stream);
    assert_int_equal(view.attempts, 1);
    unit_assert_str(view.endpoint, "/v1/messages");
    cancel_in(RUNNING_WAITING, 503);
    expect_refusal();
    wire_expect_end(peer);
    assert_true(scene->record.sent);
    assert_true(scene->record.partial);
    assert_string_equal(record_result_word(scene->record.attempts[0].result),
                        "abandoned");
}

static void while_a_list_is_gathered(void **state)
{
    struct wire *peer =
        relay_scene_ask(scene,
                        "GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\n"
                        "User-Agent: kettle/1.0\r\n\r\n",
                        "\r\n\r\n");

    (void)state;
    wire_send(peer, OK "Content-Type: application/json\r\nContent-Length: "
                       "99\r\n\r\n{");
    wire_turn_for(scene->loop, 5);
    cancel_in(RUNNING_WAITING, 503);
    expect_refusal();
}

static void while_the_answer_comes(void **state)
{
    struct wire *peer = relay_scene_ask(scene, POST, BODY);
    struct running_view view;

    (void)state;
    wire_send(peer, STREAM PING);
    wire_expect(&scene->client, PING);
    assert_int_equal(look(&view), 1);
    assert_int_equal(view.bytes_out, 7);
    assert_true(view.stream);
    assert_false(view.told);
    cancel_in(RUNNING_ANSWERING, 200);
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "0\r\n\r\n"), 0);
    wire_expect_end(peer);
    assert_true(scene->record.partial);
}

static void what_has_ended_is_not_found(void **state)
{
    struct wire *peer = relay_scene_ask(scene, POST, BODY);
    struct running_view view;
    char id[REQUEST_ID_SIZE];

    (void)state;
    assert_int_equal(look(&view), 1);
    (void)snprintf(id, sizeof(id), "%s", view.id);
    wire_send(peer, OK "Content-Length: 4\r\n\r\nfine");
    relay_scene_until_ended(scene, 1);
    assert_false(cancel_one(id));
    assert_false(cancel_one("req_relay_nonsense"));
    assert_int_equal(scene->records, 1);
    assert_string_equal(record_end_word(scene->record.end), "complete");
}

static void what_only_begins_as_an_id_is_none(void **state)
{
    struct running_view view;
    char longer[REQUEST_ID_SIZE + 1];

    (void)state;
    (void)relay_scene_ask(scene, POST, BODY);
    assert_int_equal(look(&view), 1);
    (void)snprintf(longer, sizeof(longer), "%sX", view.id);
    assert_false(cancel_one(longer));
    assert_int_equal(look(&view), 1);
    assert_true(cancel_one(view.id));
}

static void the_oldest_stand_first(void **state)
{
    struct wire others[2];
    struct running_view view;
    char id[REQUEST_ID_SIZE];

    (void)state;
    (void)relay_scene_ask(scene, POST, BODY);
    assert_int_equal(look(&view), 1);
    (void)snprintf(id, sizeof(id), "%s", view.id);
    for (size_t i = 0; i < 2; i++) {
        wire_connect(&others[i], scene->loop, server_port(scene->server));
        wire_send(&others[i], POST);
        wire_expect(relay_scene_accept(scene), BODY);
    }
    assert_int_equal(look(&view), 3);
    assert_string_equal(view.id, id);
    for (size_t i = 0; i < 2; i++)
        wire_close(&others[i]);
}

/* ---- those that ended ------------------------------------------------------ */

static bool is_known(struct running *running, const char *id)
{
    bool told = false;
    struct round *round =
        running_ask_detail(running, str_of(id), scene->loop, note, &told);
    bool known;

    wire_until(scene->loop, is_noted, &told);
    known = running_detail(round) != NULL;
    round_free(round);
    return known;
}

static const char *id_of(size_t number, char out[REQUEST_ID_SIZE])
{
    request_id_write(1, number, out);
    return out;
}

/* Detail of the size, which is otherwise empty. */
static void keep(struct running_seat *seat, size_t from, size_t to, size_t size)
{
    struct detail *detail = mem_zalloc(size);

    detail->size = (uint32_t)size;
    for (size_t i = from; i < to; i++) {
        (void)id_of(i, detail->id);
        running_keep(seat, detail);
    }
    mem_free(detail);
}

/* Whatever their size, so many bytes are kept, of which each seat has its share; what is
   smaller later takes less. */
static void so_many_bytes_of_what_ended_are_kept(void **state)
{
    struct running *running = running_new();
    struct running_seat *seat = running_join(running, scene->loop);
    const size_t fit = RUNNING_ENDED_BYTES / 2 / DETAIL_SIZE_MAX;
    char id[REQUEST_ID_SIZE];

    (void)state;
    (void)running_join(running, scene->loop);
    keep(seat, 0, 1500, DETAIL_SIZE_MAX);
    assert_true(is_known(running, id_of(1499, id)));
    assert_true(is_known(running, id_of(1500 - fit, id)));
    assert_false(is_known(running, id_of(1499 - fit, id)));
    keep(seat, 1500, 3000, 512);
    assert_true(is_known(running, id_of(2999, id)));
    assert_true(is_known(running, id_of(2000, id)));
    assert_false(is_known(running, id_of(1999, id)));
    running_free(running);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, relay_scene_close)
    const struct CMUnitTest tests[] = {
        TEST(while_its_body_comes),
        TEST(while_a_token_is_waited_for),
        TEST(while_its_body_is_streamed),
        TEST(output_is_told_by_more_than_the_beginning),
        TEST(before_an_answer_comes),
        TEST(while_a_list_is_gathered),
        TEST(while_the_answer_comes),
        TEST(what_has_ended_is_not_found),
        TEST(the_oldest_stand_first),
        TEST(what_only_begins_as_an_id_is_none),
        TEST(so_many_bytes_of_what_ended_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
