// SPDX-License-Identifier: MIT
/* What a record says of who asked, and what; what was used is in test_record_usage.c, and
   how requests end in test_relay_ends.c. */
#include "relay/record_fill.h"

#include "account/accounts.h"
#include "account/vitals.h"
#include "base/text.h"
#include "record_scene.h"

#define SESSION "0b6e4a5c-7d1f-4f0e-9a53-6a2b1c3d4e5f"
#define KEY_TEXT "cr_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

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

/* What the answer taught of the account is forgotten. */
static void serve_again(void)
{
    struct account *account = accounts_get(scene->accounts, STR("main"));

    vitals_clear(account->vitals);
    account_unref(account);
}

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
        serve_again();
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

static const struct {
    const char *limits; /* one request counts already */
    unsigned retry_after_s;
    uint64_t within_ms; /* it opens by then; 0: that is not known */
} own_limits[] = {
    { "\"rpm\":1", 60, 60000 },
    { "\"rpd\":1", 0, 86400000 },
    { "\"rpd\":0", 0, 0 },
};

/* Be it so late that nobody is told to wait for it. */
static void our_own_limit_says_when_it_opens(void **state)
{
    uint64_t began_ms = clock_wall_ms();

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":9,\"rpd\":9}}");
    post("/v1/messages", "{}");
    wire_send(relay_scene_accept(scene), OK "Content-Length: 0\r\n\r\n");
    (void)record_of(1);
    for (size_t i = 0; i < COUNT_OF(own_limits); i++) {
        const struct record *record;
        char doc[128];
        uint64_t opens_ms = 0;

        (void)snprintf(doc, sizeof(doc),
                       "{\"accounts\":[\"main\"],\"limits\":{%s}}",
                       own_limits[i].limits);
        use_key(doc);
        post("/v1/messages", "{}");
        record = record_of((unsigned)i + 2);
        assert_int_equal(record->status, 429);
        assert_true(record->retry_after_s <= own_limits[i].retry_after_s);
        assert_int_equal(record->retry_after_s > 0,
                         own_limits[i].retry_after_s > 0);
        assert_int_equal(record->reset.len > 0, own_limits[i].within_ms > 0);
        if (record->reset.len == 0)
            continue;
        assert_true(text_parse_time(record->reset, &opens_ms));
        assert_in_range(opens_ms, began_ms,
                        clock_wall_ms() + own_limits[i].within_ms + 1000);
    }
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
        TEST(our_own_limit_says_when_it_opens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
