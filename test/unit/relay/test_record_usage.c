// SPDX-License-Identifier: MIT
/* What a record says of what an answer used, what that cost, and whether it is all. */
#include "relay/record_usage.h"

#include "record_scene.h"

#define FULL "HTTP/1.1 429 Full\r\nContent-Length: 0\r\n\r\n"

/* 1,000 tokens at $3 and 100 at $15 a million. */
static void what_an_answer_tells_has_its_cost(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY, ANSWER);
    unit_assert_str(record->model_asked, "claude-sonnet-4-5");
    unit_assert_str(record->model, "claude-sonnet-4-5");
    unit_assert_str(record->priced, "claude-sonnet-4-5");
    assert_non_null(record->usage);
    assert_int_equal(record->usage->counts[METER_INPUT], 1000);
    assert_int_equal(record->usage->counts[METER_OUTPUT], 100);
    assert_false(record->partial);
    assert_true(record->cost_known);
    assert_int_equal(record->cost_microusd, 4500);
    assert_true(record->price_version.len > 0);
    assert_true(record->sent);
}

#define UNKNOWN                                                                \
    "{\"model\":\"claude-from-afar\",\"usage\":{\"input_tokens\":1,"           \
    "\"output_tokens\":2,\"service_tier\":\"standard\"}}"

static void a_model_without_a_price_has_no_cost(void **state)
{
    const struct record *record;
    char answer[256];

    (void)state;
    use_key(MAIN);
    (void)snprintf(answer, sizeof(answer),
                   OK "Content-Type: application/json\r\nContent-Length: "
                      "%zu\r\n\r\n%s",
                   sizeof(UNKNOWN) - 1, UNKNOWN);
    record = exchange("", BODY, answer);
    unit_assert_str(record->model, "claude-from-afar");
    unit_assert_str(record->service_tier, "standard");
    assert_non_null(record->usage);
    assert_false(record->cost_known);
    assert_int_equal(record->cost_microusd, 0);
    assert_int_equal(record->priced.len, 0);
}

/* For figures by model, though nothing was used. */
static void what_is_refused_has_its_row_of_prices(void **state)
{
    (void)state;
    use_key(MAIN);
    unit_assert_str(exchange("", BODY, FULL)->priced, "claude-sonnet-4-5");
}

#define FINE OK "Content-Length: 2\r\n\r\n{}"

static const struct {
    const char *path;
    const char *answer;
    bool costs_nothing;
} unused[] = {
    { "/v1/messages", FULL, true },
    { "/v1/messages", "HTTP/1.1 529 Full\r\nContent-Length: 0\r\n\r\n", true },
    { "/v1/messages", "HTTP/1.1 400 Odd\r\nContent-Length: 0\r\n\r\n", true },
    { "/v1/messages/count_tokens", FINE, true },
    { "/v1/messages/batches", FINE, true },
    /* a stream that begins with an error was refused */
    { "/v1/messages",
      OK "Content-Type: text/event-stream\r\nContent-Length: 37\r\n\r\n"
         "event: error\ndata: {\"type\":\"error\"}\n\n",
      true },
    /* who knows? */
    { "/v1/messages", FINE, false },
    { "/v1/skills", FINE, false },
};

static void what_used_nothing_cost_nothing(void **state)
{
    struct wire *peer = NULL;

    (void)state;
    use_key(
        "{\"accounts\":[\"main\"],\"allow\":[\"messages\",\"batches\",\"other\"]}");
    for (size_t i = 0; i < COUNT_OF(unused); i++) {
        const struct record *record;

        post(unused[i].path, "{}");
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, "\r\n\r\n{}");
        buf_clear(&peer->got);
        wire_send(peer, unused[i].answer);
        record = record_of((unsigned)i + 1);
        assert_null(record->usage);
        if (record->cost_known != unused[i].costs_nothing)
            fail_msg("case %zu", i);
        assert_int_equal(record->cost_microusd, 0);
        assert_int_equal(record->price_version.len, 0);
    }
}

static void a_head_costs_what_its_get_does(void **state)
{
    const struct record *record;
    char text[256];

    (void)state;
    use_key(MAIN);
    (void)snprintf(text, sizeof(text),
                   "HEAD /v1/models HTTP/1.1\r\nHost: localhost\r\n"
                   "x-api-key: " STR_FMT "\r\n\r\n",
                   STR_ARG(secret_reveal(keys.secret)));
    wire_send(&scene->client, text);
    wire_send(relay_scene_accept(scene), OK "Content-Length: 200\r\n\r\n");
    record = record_of(1);
    assert_int_equal(record->status, 200);
    assert_true(record->sent);
    assert_true(record->cost_known);
    assert_int_equal(record->cost_microusd, 0);
}

/* What was sent may have been paid for, though its answer never came. */
static void what_was_lost_may_have_cost(void **state)
{
    const struct record *record;
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    wire_reset(peer);
    record = record_of(1);
    assert_int_equal(record->status, 502);
    assert_false(record->cost_known);
}

/* Too long, or with escapes of other than ASCII. */
static void a_model_that_nobody_can_read_is_one_all_the_same(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", "{\"model\":\"claude\\u0000\",\"max_tokens\":1}",
                      OK "Content-Type: application/json\r\nContent-Length: "
                         "29\r\n\r\n{\"usage\":{\"output_tokens\":2}}");
    unit_assert_str(record->model, "");
    unit_assert_str(record->model_asked, METER_MODEL_ODD);
    assert_false(record->cost_known);
}

static void so_is_one_that_answers(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: application/json\r\nContent-Length: "
                         "48\r\n\r\n{\"model\":\"cl\\u00e9\",\"usage\":"
                         "{\"output_tokens\":2}}");
    unit_assert_str(record->model, METER_MODEL_ODD);
    assert_false(record->cost_known);
}

#define START                                                                  \
    "data: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-"       \
    "sonnet-4-5\",\"usage\":{\"input_tokens\":1000,\"output_tokens\":1}}}"     \
    "\n\n"

static void an_answer_that_breaks_off_is_partial(void **state)
{
    const struct record *record;
    struct wire *peer;
    char text[512];

    (void)state;
    use_key(MAIN);
    peer = ask();
    (void)snprintf(text, sizeof(text), STREAM "%zx\r\n%s\r\n",
                   sizeof(START) - 1, START);
    wire_send(peer, text);
    wire_expect(&scene->client, START);
    wire_reset(peer);
    record = record_of(1);
    assert_int_equal(record->end, RECORD_CUT);
    assert_true(record->partial);
    assert_int_equal(record->usage->counts[METER_INPUT], 1000);
    assert_int_equal(record->cost_microusd, 3015);
}

static void an_answer_that_told_nothing_has_no_usage(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: application/json\r\nContent-Length: "
                         "2\r\n\r\n{}");
    assert_null(record->usage);
    assert_true(record->partial);
    unit_assert_str(record->unread, "it does not tell what was used");
    assert_false(record->cost_known);
}

/* No more is known of the cost of what it does not tell. */
static void an_answer_that_does_not_tell_its_output_is_partial(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: application/json\r\nContent-Length: "
                         "31\r\n\r\n{\"usage\":{\"input_tokens\":1000}}");
    assert_int_equal(record->end, RECORD_COMPLETE);
    assert_true(record->partial);
    unit_assert_str(record->unread, "its usage has no final output_tokens");
    assert_int_equal(record->cost_microusd, 3000);
}

/* It is whole, whatever becomes of the connection. */
static void an_object_that_came_whole_is_not_partial(void **state)
{
    const struct record *record;
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    wire_send(peer, OK "Content-Type: application/json\r\nContent-Length: "
                       "99\r\n\r\n" USAGE);
    wire_expect(&scene->client, USAGE);
    wire_reset(peer);
    record = record_of(1);
    assert_int_equal(record->end, RECORD_CUT);
    assert_false(record->partial);
}

/* Nor is it the one that was asked for. */
static void a_model_that_nobody_can_read_has_no_cost(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: application/json\r\n"
                         "Content-Length: 68\r\n\r\n"
                         "{\"model\":\"a\\u0000b\",\"usage\":"
                         "{\"input_tokens\":1,\"output_tokens\":1000}}");
    unit_assert_str(record->model, "?");
    assert_int_equal(record->usage->counts[METER_OUTPUT], 1000);
    assert_false(record->cost_known);
    assert_false(record->partial);
}

static void an_odd_count_is_not_the_last_word(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: application/json\r\n"
                         "Content-Length: 47\r\n\r\n"
                         "{\"usage\":"
                         "{\"input_tokens\":1,\"output_tokens\":-1}}");
    assert_true(record->partial);
    unit_assert_part(record->unread.at, "no number of tokens");
}

static void what_cannot_be_read_says_why(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY,
                      OK "Content-Type: text/html\r\nContent-Length: "
                         "2\r\n\r\n{}");
    assert_null(record->usage);
    unit_assert_part(record->unread.at, "text/html");
}

/* ---- whether it is all ---------------------------------------------------- */

static void an_answer_of_another_status_is_not_read(void **state)
{
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    wire_send(peer, "HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\n{}");
    assert_true(record_of(1)->partial);
    unit_assert_str(scene->record.unread, "its status is not 200");
}

#define CHUNK(size, text) size "\r\n" text "\r\n"
#define DELTA_EVENT                                                            \
    CHUNK("4b", "event: message_delta\ndata: "                                 \
                "{\"usage\":{\"input_tokens\":1,\"output_tokens\":9}}\n\n")
#define STOP_EVENT CHUNK("22", "event: message_stop\ndata: {}    \n\n")

/* The client of a stream leaves when it has got that. */
static void leave_behind(const char *events, bool partial)
{
    struct wire *peer;

    use_key(MAIN);
    peer = ask();
    wire_send(peer, STREAM);
    wire_send(peer, events);
    wire_expect(&scene->client, events);
    wire_close(&scene->client);
    assert_int_equal(record_of(1)->end, RECORD_CLIENT_LEFT);
    assert_int_equal(scene->record.usage->counts[METER_OUTPUT], 9);
    assert_int_equal(scene->record.partial, partial);
}

/* Another one may come. */
static void a_client_that_leaves_behind_a_delta(void **state)
{
    (void)state;
    leave_behind(DELTA_EVENT, true);
}

/* Nothing comes any more but the end. */
static void a_client_that_leaves_behind_the_message(void **state)
{
    (void)state;
    leave_behind(DELTA_EVENT STOP_EVENT, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_an_answer_tells_has_its_cost),
        TEST(a_model_without_a_price_has_no_cost),
        TEST(what_is_refused_has_its_row_of_prices),
        TEST(what_used_nothing_cost_nothing),
        TEST(a_head_costs_what_its_get_does),
        TEST(what_was_lost_may_have_cost),
        TEST(a_model_that_nobody_can_read_is_one_all_the_same),
        TEST(so_is_one_that_answers),
        TEST(an_answer_that_breaks_off_is_partial),
        TEST(an_answer_that_told_nothing_has_no_usage),
        TEST(an_answer_that_does_not_tell_its_output_is_partial),
        TEST(an_object_that_came_whole_is_not_partial),
        TEST(a_model_that_nobody_can_read_has_no_cost),
        TEST(an_odd_count_is_not_the_last_word),
        TEST(what_cannot_be_read_says_why),
        TEST(an_answer_of_another_status_is_not_read),
        TEST(a_client_that_leaves_behind_a_delta),
        TEST(a_client_that_leaves_behind_the_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
