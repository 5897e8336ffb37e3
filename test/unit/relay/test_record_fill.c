// SPDX-License-Identifier: MIT
/* What a record says of who asked, what, what was answered, and what that cost; how
   requests end is in test_relay_ends.c. */
#include "relay/record_fill.h"

#include "admit_scene.h"
#include "base/text.h"

#define SESSION "0b6e4a5c-7d1f-4f0e-9a53-6a2b1c3d4e5f"
#define KEY_TEXT "cr_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static const struct record *record_of(unsigned records)
{
    relay_scene_until_ended(scene, records);
    assert_int_equal(scene->records, records);
    return &scene->record;
}

/* A request with these fields and this body is answered so. */
static const struct record *exchange(const char *fields, const char *body,
                                     const char *answer)
{
    struct wire *peer;
    char text[2048];

    (void)snprintf(text, sizeof(text),
                   "POST /api/v1/messages?beta=true HTTP/1.1\r\nHost: "
                   "localhost\r\nx-api-key: " STR_FMT "\r\n%s"
                   "Content-Length: %zu\r\n\r\n%s",
                   STR_ARG(secret_reveal(keys.secret)), fields, strlen(body),
                   body);
    wire_send(&scene->client, text);
    peer = relay_scene_accept(scene);
    wire_expect(peer, body);
    wire_send(peer, answer);
    return record_of(1);
}

static const struct record *exchange_plain(const char *fields)
{
    return exchange(fields, "{}", OK "Content-Length: 0\r\n\r\n");
}

/* ---- who ----------------------------------------------------------------- */

static void a_keys_request_is_its_owners(void **state)
{
    const struct record *record;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"owner\":\"Eve\"}");
    record = exchange_plain("");
    assert_int_equal(record->key_id, 1);
    unit_assert_str(record->key, "alice");
    unit_assert_str(record->owner, "Eve");
    assert_int_equal(record->group_id, 0);
    assert_int_equal(record->group.len, 0);
    unit_assert_str(record->account, "main");
}

static void a_key_in_a_group_is_its(void **state)
{
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(2));
    const struct key_group_row row = { .id = 5,
                                       .name = STR("students"),
                                       .created_ms = 1000,
                                       .changed_ms = 1000,
                                       .doc = STR("{}") };
    struct key_parts parts = scene_parts(&keys);
    const struct record *record;
    struct key *key;

    (void)state;
    parts.counters = counters;
    key = scene_key(&keys, 1, "alice", MAIN);
    key->group = group_cell_new(key_group_build(&row, &parts, &keys.err));
    counters_unref(counters);
    keyring_put(ring, key);
    record = exchange_plain("");
    assert_int_equal(record->group_id, 5);
    unit_assert_str(record->group, "students");
}

static void without_a_key_nobody_is_named(void **state)
{
    const struct record *record;
    struct wire *peer;

    (void)state;
    peer = relay_scene_ask(scene,
                           "POST /v1/messages HTTP/1.1\r\nHost: "
                           "localhost\r\nContent-Length: 2\r\n\r\n{}",
                           "{}");
    wire_send(peer, OK "Content-Length: 0\r\n\r\n");
    record = record_of(1);
    assert_int_equal(record->key_id, 0);
    assert_int_equal(record->key.len, 0);
    assert_int_equal(record->owner.len, 0);
}

static void the_peer_is_the_client(void **state)
{
    const struct record *record;
    char peer[ADDR_TEXT_MAX];

    (void)state;
    use_key(MAIN);
    record = exchange_plain("");
    addr_format(&record->peer, peer);
    assert_string_equal(peer, "127.0.0.1");
}

/* ---- what ---------------------------------------------------------------- */

static void ids_of_both_sides_stand_beside_ours(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("X-Request-Id: c-1\r\n", "{}",
                      OK "request-id: req_011C\r\nContent-Length: 0\r\n\r\n");
    assert_true(str_starts(record->id, STR("req_relay_")));
    unit_assert_str(record->client_id, "c-1");
    unit_assert_str(record->upstream_id, "req_011C");
    assert_int_equal(record->began_ms, request_id_time_ms(record->id));
}

static void an_id_that_is_no_word_is_none(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record =
        exchange("", "{}",
                 OK "request-id: " KEY_TEXT "\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(record->client_id.len, 0);
    assert_int_equal(record->upstream_id.len, 0);
}

static void the_endpoint_is_a_pattern(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange_plain("");
    unit_assert_str(record->method, "POST");
    unit_assert_str(record->path, "/v1/messages");
    unit_assert_str(record->endpoint, "/v1/messages");
    assert_int_equal(record->bytes_in, 2);
}

/* Chunks are the connection's. */
static void framing_is_no_part_of_the_body(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record =
        exchange("", "{}", STREAM "5\r\n: hi\n\r\n2;x=y\r\n\n\n\r\n0\r\n\r\n");
    assert_int_equal(record->end, RECORD_COMPLETE);
    assert_int_equal(record->bytes_out, 7);
}

static const struct {
    const char *fields;
    const char *body;
    const char *want;
} sessions[] = {
    { "", "{}", "" },
    { "X-Claude-Code-Session-Id: " SESSION "\r\n", "{}", SESSION },
    { "",
      "{\"metadata\":{\"user_id\":\"user_1_account__session_" SESSION "\"}}",
      SESSION },
    /* the field says it at once */
    { "X-Claude-Code-Session-Id: a-1\r\n",
      "{\"metadata\":{\"user_id\":\"user_1_account__session_" SESSION "\"}}",
      "a-1" },
    { "X-Claude-Code-Session-Id: no word\r\n",
      "{\"metadata\":{\"user_id\":\"_session_" SESSION "\"}}", SESSION },
    { "X-Claude-Code-Session-Id: " KEY_TEXT "\r\n", "{}", "" },
};

static void the_session_is_the_fields_or_the_bodys(void **state)
{
    struct wire *peer = NULL;

    (void)state;
    use_key(MAIN);
    for (size_t i = 0; i < COUNT_OF(sessions); i++) {
        char text[1024];

        (void)snprintf(text, sizeof(text),
                       "POST /v1/messages HTTP/1.1\r\nHost: "
                       "localhost\r\nx-api-key: " STR_FMT "\r\n%s"
                       "Content-Length: %zu\r\n\r\n%s",
                       STR_ARG(secret_reveal(keys.secret)), sessions[i].fields,
                       strlen(sessions[i].body), sessions[i].body);
        wire_send(&scene->client, text);
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, sessions[i].body);
        buf_clear(&peer->got);
        wire_send(peer, OK "Content-Length: 0\r\n\r\n");
        unit_assert_str(record_of((unsigned)i + 1)->session, sessions[i].want);
    }
}

/* ---- limits -------------------------------------------------------------- */

#define FULL(fields) "HTTP/1.1 429 Full\r\n" fields "Content-Length: 0\r\n\r\n"

static const struct {
    const char *answer;
    uint64_t retry_after_s;
    const char *reset;
} limits[] = {
    { FULL(""), 0, "" },
    { FULL("Retry-After: 30\r\n"), 30, "" },
    { FULL("Retry-After: Wed, 21 Oct 1998 07:28:00 GMT\r\n"), 0, "" },
    { FULL("anthropic-ratelimit-requests-reset: 2026-08-01T12:00:00Z\r\n"
           "anthropic-ratelimit-tokens-reset: 2026-08-01T13:00:00Z\r\n"),
      0, "2026-08-01T12:00:00Z" },
    { FULL("anthropic-ratelimit-requests-reset: 2026-08-01T12:00:00Z\r\n"
           "Anthropic-Ratelimit-Unified-Reset: 1785585600\r\n"),
      0, "1785585600" },
    { FULL("anthropic-ratelimit-requests-remaining: 0\r\n"
           "x-anthropic-ratelimit-x-reset: 5\r\n"),
      0, "" },
    /* not of an answer that is fine */
    { OK "Retry-After: 30\r\nanthropic-ratelimit-unified-reset: 5\r\n"
         "Content-Length: 0\r\n\r\n",
      0, "" },
    { "HTTP/1.1 529 Full\r\nretry-after: 1\r\nContent-Length: 0\r\n\r\n", 1,
      "" },
};

static void a_limit_says_when_it_opens(void **state)
{
    struct wire *peer = NULL;

    (void)state;
    use_key(MAIN);
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        const struct record *record;

        post("/v1/messages", "{}");
        peer = peer ? peer : relay_scene_accept(scene);
        wire_expect(peer, "\r\n\r\n{}");
        buf_clear(&peer->got);
        wire_send(peer, limits[i].answer);
        record = record_of((unsigned)i + 1);
        assert_int_equal(record->retry_after_s, limits[i].retry_after_s);
        unit_assert_str(record->reset, limits[i].reset);
    }
}

/* Of 9,000 years hence; how much of them is left depends on the clock. */
static void a_date_to_come_again_is_told(void **state)
{
    const struct record *record;
    uint64_t left_s;

    (void)state;
    use_key(MAIN);
    record = exchange("", "{}",
                      FULL("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n"));
    left_s = TEXT_TIME_LAST_MS / 1000 - clock_wall_ms() / 1000;
    assert_in_range(record->retry_after_s, left_s, left_s + 86400);
}

static void our_own_limit_says_it_too(void **state)
{
    const struct record *record;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":1}}");
    post("/v1/messages", "{}");
    wire_send(relay_scene_accept(scene), OK "Content-Length: 0\r\n\r\n");
    (void)record_of(1);
    post("/v1/messages", "{}");
    record = record_of(2);
    assert_int_equal(record->status, 429);
    assert_int_equal(record->end, RECORD_REFUSED);
    assert_true(record->retry_after_s > 0);
    assert_false(record->sent);
}

/* ---- usage --------------------------------------------------------------- */

/* 1,000 tokens at $3 and 100 at $15 a million. */
static void what_an_answer_tells_has_its_cost(void **state)
{
    const struct record *record;

    (void)state;
    use_key(MAIN);
    record = exchange("", BODY, ANSWER);
    unit_assert_str(record->model_asked, "claude-sonnet-4-5");
    unit_assert_str(record->model, "claude-sonnet-4-5");
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
}

#define FINE OK "Content-Length: 2\r\n\r\n{}"

static const struct {
    const char *path;
    const char *answer;
    bool costs_nothing;
} unused[] = {
    { "/v1/messages", FULL(""), true },
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
                         "Content-Length: 51\r\n\r\n"
                         "{\"model\":\"a\\u0000b\",\"usage\":"
                         "{\"output_tokens\":1000}}");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_keys_request_is_its_owners),
        TEST(a_key_in_a_group_is_its),
        TEST(without_a_key_nobody_is_named),
        TEST(the_peer_is_the_client),
        TEST(ids_of_both_sides_stand_beside_ours),
        TEST(an_id_that_is_no_word_is_none),
        TEST(the_endpoint_is_a_pattern),
        TEST(framing_is_no_part_of_the_body),
        TEST(the_session_is_the_fields_or_the_bodys),
        TEST(a_limit_says_when_it_opens),
        TEST(a_date_to_come_again_is_told),
        TEST(our_own_limit_says_it_too),
        TEST(what_an_answer_tells_has_its_cost),
        TEST(a_model_without_a_price_has_no_cost),
        TEST(what_used_nothing_cost_nothing),
        TEST(what_was_lost_may_have_cost),
        TEST(a_model_that_nobody_can_read_is_one_all_the_same),
        TEST(so_is_one_that_answers),
        TEST(an_answer_that_breaks_off_is_partial),
        TEST(an_answer_that_told_nothing_has_no_usage),
        TEST(an_object_that_came_whole_is_not_partial),
        TEST(a_model_that_nobody_can_read_has_no_cost),
        TEST(an_odd_count_is_not_the_last_word),
        TEST(what_cannot_be_read_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
