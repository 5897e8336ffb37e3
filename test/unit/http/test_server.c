// SPDX-License-Identifier: MIT
/* The server over real sockets: requests in a row, limits, deadlines, and its own
   end. */
#include "http/server.h"

#include "http/connection.h"

#include <string.h>
#include <sys/socket.h>

#include "freed.h"
#include "host.h"
#include "net/outgoing.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path, length)                                                     \
    "POST " path " HTTP/1.1\r\nHost: a\r\nContent-Length: " length "\r\n\r\n"

static void a_connection_serves_many_requests(void **state)
{
    struct host *host = *state;

    host_start(host);
    for (unsigned i = 1; i <= 3; i++) {
        wire_send(&host->client, GET("/now"));
        wire_expect_count(&host->client, "\r\n\r\nnow", i);
        wire_send(&host->client, POST("/body", "3") "abc");
        wire_expect_count(&host->client, "\r\n\r\nabc", i);
    }
    assert_int_equal(host->requests, 6);
    assert_int_equal(server_connections(host->server), 1);
    assert_int_equal(wire_count(&host->client, "connection: close"), 0);
}

static void requests_in_one_piece_are_answered_in_order(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client,
              GET("/now") POST("/body", "3") "abc" GET("/last") GET("/now"));
    wire_expect_end(&host->client);
    assert_true(str_contains(buf_str(&host->client.got),
                             STR("\r\n\r\nnowHTTP/1.1 200 OK")));
    assert_true(str_contains(buf_str(&host->client.got),
                             STR("\r\n\r\nabcHTTP/1.1 200 OK")));
    assert_int_equal(wire_count(&host->client, "\r\n\r\nlast"), 1);
    assert_int_equal(host->requests, 3);
}

/* The second waits for the first, and is not read before. */
static void requests_behind_a_slow_one_wait(void **state)
{
    struct host *host = *state;
    struct request *held;

    host_start(host);
    wire_send(&host->client, GET("/hold") GET("/now") GET("/now"));
    host_until_held(host);
    wire_send(&host->client, GET("/now"));
    wire_turn_for(host->loop, 5);
    assert_int_equal(host->requests, 1);
    held = host->held;
    host->held = NULL;
    response_send(held, 200, STR("text/plain"), STR_EMPTY, STR("first"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 3);
    assert_int_equal(wire_count(&host->client, "first"), 1);
}

/* ---- secrets ------------------------------------------------------------- */

#define KEY "cr_key-of-this-test"
#define KEYED(path, more)                                                      \
    "POST " path " HTTP/1.1\r\nHost: a\r\nx-api-key: " KEY "\r\n" more "\r\n"

static const struct {
    const char *what;
    const char *sent;
    const char *then; /* or NULL */
    const char *answer;
} keyed[] = {
    { "alone", KEYED("/now", ""), NULL, "now" },
    { "in pieces", "GET /now HTTP/1.1\r\nHost: a\r\nx: " KEY "\r\ny: cr_k",
      "ey-of-this-test\r\nz: " KEY "\r\n\r\n", "now" },
    { "in a row", KEYED("/now", "") KEYED("/now", "") KEYED("/last", ""), NULL,
      "last" },
    { "behind a body", KEYED("/body", "content-length: 3\r\n") "a",
      "bc" KEYED("/last", ""), "last" },
    { "behind chunks", KEYED("/body", "transfer-encoding: chunked\r\n") "1\r\n",
      "a\r\n0\r\n\r\n" KEYED("/last", ""), "last" },
    { "refused", KEYED("/now", "no colon\r\n") KEYED("/now", ""),
      KEYED("/now", ""), "HTTP/1.1 400" },
    { "half a head", KEYED("/now", "") "GET / HTTP/1.1\r\nx: " KEY, NULL,
      "now" },
};

static bool scratch_holds(struct loop *loop, struct str text)
{
    struct str in = { loop_scratch(loop, LOOP_SCRATCH_IN), LOOP_SCRATCH_SIZE };

    return str_contains(in, text);
}

static void no_copy_of_a_head_stays(void **state)
{
    struct host *host = *state;

    host_start(host);
    for (size_t i = 0; i < COUNT_OF(keyed); i++) {
        freed_watch(STR("key-of-this-test"));
        wire_send(&host->client, keyed[i].sent);
        wire_turn_for(host->loop, 5);
        if (keyed[i].then)
            wire_send(&host->client, keyed[i].then);
        wire_expect(&host->client, keyed[i].answer);
        wire_turn_for(host->loop, 5);
        host_reconnect(host);
        host_until_connections(host, 1);
        if (freed_with_it() > 0 ||
            scratch_holds(host->loop, STR("key-of-this-test")))
            fail_msg("%s: it stays", keyed[i].what);
    }
}

static void no_copy_of_a_secret_body_stays(void **state)
{
    static const char *const heads[] = {
        POST("/secret", "30"),
        "POST /secret HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "\r\n1e\r\n",
    };
    struct host *host = *state;

    host_start(host);
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        if (i > 0)
            host_reconnect(host);
        freed_watch(STR("sk-ant-abc"));
        wire_send(&host->client, heads[i]);
        wire_send(&host->client, "sk-ant-abc ");
        host_until_held(host);
        wire_turn_for(host->loop, 5);
        wire_send(&host->client, "sk-ant-abc sk-ant-a");
        if (i == 1)
            wire_send(&host->client, "\r\n0\r\n\r\n");
        wire_expect(&host->client, "taken");
        wire_turn_for(host->loop, 5);
        assert_int_equal(freed_with_it(), 0);
        assert_false(scratch_holds(host->loop, STR("sk-ant-a")));
    }
}

static void a_request_in_pieces_is_one(void **state)
{
    static const char raw[] = POST("/body", "3") "abc";
    struct host *host = *state;

    host_start(host);
    for (size_t i = 0; i < sizeof(raw) - 1; i++) {
        wire_send_str(&host->client, (struct str){ raw + i, 1 });
        wire_turn(host->loop);
    }
    wire_expect(&host->client, "\r\n\r\nabc");
    assert_int_equal(host->requests, 1);
}

/* What the server says in its own name; all of these close. */
struct refusal {
    const char *name;
    const char *front;
    size_t filler; /* so many letters behind it */
    const char *back;
    const char *status;
};

static const struct refusal refusals[] = {
    { "no request", "HELO a\r\n\r\n", 0, "", "400 Bad Request" },
    { "no Host", "GET / HTTP/1.1\r\n\r\n", 0, "", "400 Bad Request" },
    { "behind a good one", GET("/now") "GET / HTTP/1.1\n", 0, "",
      "400 Bad Request" },
    { "behind a last one",
      "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/now"),
      0, "", "400 Bad Request" },
    { "a long target", "GET /", 9000, " HTTP/1.1\r\nHost: a\r\n\r\n",
      "414 URI Too Long" },
    { "a large head", "GET /now HTTP/1.1\r\nHost: a\r\nX: ", 70000, "\r\n\r\n",
      "431 Request Header Fields Too Large" },
    { "a length too large", POST("/body", "11"), 0, "",
      "413 Content Too Large" },
    { "chunks too large",
      "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "b\r\n",
      11, "\r\n0\r\n\r\n", "413 Content Too Large" },
    { "a broken chunk",
      "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\naxx",
      0, "", "400 Bad Request" },
    { "an unknown expectation",
      "POST /body HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n"
      "Content-Length: 1\r\n\r\n",
      0, "", "417 Expectation Failed" },
};

static void refusals_are_told_and_close(void **state)
{
    struct host *host = *state;
    struct str filler = { host->big, 0 };

    host_start(host);
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        host_reconnect(host);
        filler.len = refusals[i].filler;
        wire_send(&host->client, refusals[i].front);
        wire_send_str(&host->client, filler);
        wire_send(&host->client, refusals[i].back);
        wire_expect_end(&host->client);
        if (wire_count(&host->client, refusals[i].status) != 1 ||
            wire_count(&host->client, "\r\nconnection: close\r\n") != 1)
            fail_msg("%s: " STR_FMT, refusals[i].name,
                     STR_ARG(buf_str(&host->client.got)));
        assert_false(host->client.reset);
    }
}

/* A client that is still sending can read why it was refused. */
static void a_refusal_waits_for_the_sender(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, POST("/body", "1000000"));
    wire_send_str(&host->client, (struct str){ host->big, 1000000 });
    wire_expect_end(&host->client);
    assert_false(host->client.reset);
    assert_int_equal(wire_count(&host->client, "413 Content Too Large"), 1);
    wire_close(&host->client);
    host_until_connections(host, 0);
}

static void expectations_are_answered_when_the_body_is_wanted(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client,
              "POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
              "Content-Length: 3\r\n\r\n");
    wire_expect(&host->client, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(wire_count(&host->client, "HTTP/1.1"), 1);
    wire_send(&host->client, "abc");
    wire_expect(&host->client, "\r\n\r\nabc");
}

static void a_large_body_is_refused_before_it_is_sent(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client,
              "POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
              "Content-Length: 11\r\n\r\n");
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "100 Continue"), 0);
    assert_int_equal(wire_count(&host->client, "413 Content Too Large"), 1);
}

/* ---- deadlines ---------------------------------------------------------- */

static void a_slow_head_is_told(void **state)
{
    struct host *host = *state;

    host->options.head_timeout_ms = 20;
    host_start(host);
    wire_send(&host->client, "GET / HTTP/1.1\r\nHo");
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "408 Request Timeout"), 1);
}

/* However steadily it drips. */
static void a_dripping_head_is_told(void **state)
{
    struct host *host = *state;

    host->options.head_timeout_ms = 30;
    host_start(host);
    wire_send(&host->client, "GET / HTTP/1.1\r\nX: ");
    for (int i = 0; i < 2000 && !host->client.ended; i++) {
        wire_send(&host->client, "x");
        wire_turn(host->loop);
        wire_read(&host->client);
    }
    assert_int_equal(wire_count(&host->client, "408 Request Timeout"), 1);
}

static void a_silent_connection_just_goes(void **state)
{
    struct host *host = *state;

    host->options.head_timeout_ms = WIRE_CALM_MS;
    host->options.idle_timeout_ms = 20;
    host_start(host);
    wire_expect_end(&host->client);
    assert_int_equal(host->client.got.len, 0);
    host_reconnect(host);
    wire_send(&host->client, GET("/now"));
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "HTTP/1.1"), 1);
    host_until_connections(host, 0);
}

/* Clients keep idle connections for up to 90 s (Go): who closes first is not the one
   who may be asked just then. */
static void an_idle_connection_outlives_its_client(void **state)
{
    struct host *host = *state;

    host_start(host);
    assert_int_equal(host->server->options.idle_timeout_ms, 95000);
}

static void a_slow_body_is_told(void **state)
{
    struct host *host = *state;

    host->options.body_grace_ms = 20;
    host_start(host);
    wire_send(&host->client, POST("/body", "10") "ab");
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "408 Request Timeout"), 1);
}

static bool has_whole_body(void *arg)
{
    return request_body_state(arg) == REQUEST_BODY_COMPLETE;
}

/* A handler's own slowness is not the sender's. */
static void a_full_window_stops_the_clock(void **state)
{
    struct host *host = *state;
    struct request *held;

    host->options.body_grace_ms = WIRE_CALM_MS;
    host_start(host);
    wire_send(&host->client, POST("/window", "100"));
    wire_send_str(&host->client, (struct str){ host->big, 50 });
    host_until_held(host);
    wire_rest(host->loop, WIRE_CALM_MS * 3 / 2);
    held = host->held;
    assert_int_equal(request_body_state(held), REQUEST_BODY_READING);
    request_consume(held, request_body(held).len);
    wire_send_str(&host->client, (struct str){ host->big, 50 });
    wire_until(host->loop, has_whole_body, held);
    host->held = NULL;
    response_send(held, 200, STR("text/plain"), STR_EMPTY, STR("ok"));
    wire_expect(&host->client, "\r\n\r\nok");
}

/* ---- limits and the end ------------------------------------------------- */

static void connections_are_counted(void **state)
{
    struct host *host = *state;
    struct wire second;

    host->options.seats =
        (struct seats_limits){ .max = 1, .turned_away_max = 1 };
    host_start(host);
    wire_send(&host->client, GET("/now"));
    wire_expect(&host->client, "now");
    wire_connect(&second, host->loop, server_port(host->server));
    wire_send(&second, GET("/now"));
    wire_expect(&second, "503 Service Unavailable");
    wire_expect(&second, "retry-after: 1");
    wire_expect_end(&second);
    assert_false(second.reset);
    wire_close(&second);
    host_until_connections(host, 1);
    wire_send(&host->client, GET("/now"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 2);
}

/* Only the first request of a connection can come round. */
static void who_has_asked_before_is_not_ourselves(void **state)
{
    struct outgoing *outgoing = outgoing_new();
    struct outgoing_socket *own;
    struct host *host = *state;

    host->options.outgoing = outgoing;
    host_start(host);
    wire_send(&host->client, GET("/now"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 1);
    own = outgoing_add(outgoing, host->client.fd);
    wire_send(&host->client, GET("/now"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 2);
    outgoing_forget(own);
    host_reconnect(host);
    own = outgoing_add(outgoing, host->client.fd);
    wire_send(&host->client, GET("/now"));
    wire_expect(&host->client, "HTTP/1.1 508 ");
    outgoing_forget(own);
    wire_close(&host->client);
    host_until_connections(host, 0);
    outgoing_free(outgoing);
}

static void freeing_the_server_tells_its_handlers(void **state)
{
    struct host *host = *state;
    struct wire reading;
    struct wire idle;

    host_start(host);
    wire_connect(&idle, host->loop, server_port(host->server));
    wire_send(&idle, "GET /no");
    wire_connect(&reading, host->loop, server_port(host->server));
    wire_send(&host->client, GET("/hold"));
    host_until_held(host);
    host_until_connections(host, 3);
    server_free(host->server);
    host->server = NULL;
    assert_int_equal(host->gone, 1);
    wire_expect_end(&host->client);
    wire_expect_end(&idle);
    wire_expect_end(&reading);
    wire_close(&idle);
    wire_close(&reading);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_connection_serves_many_requests),
        ROW(requests_in_one_piece_are_answered_in_order),
        ROW(requests_behind_a_slow_one_wait),
        ROW(no_copy_of_a_head_stays),
        ROW(no_copy_of_a_secret_body_stays),
        ROW(a_request_in_pieces_is_one),
        ROW(refusals_are_told_and_close),
        ROW(a_refusal_waits_for_the_sender),
        ROW(expectations_are_answered_when_the_body_is_wanted),
        ROW(a_large_body_is_refused_before_it_is_sent),
        ROW(a_slow_head_is_told),
        ROW(a_dripping_head_is_told),
        ROW(a_silent_connection_just_goes),
        ROW(an_idle_connection_outlives_its_client),
        ROW(a_slow_body_is_told),
        ROW(a_full_window_stops_the_clock),
        ROW(connections_are_counted),
        ROW(who_has_asked_before_is_not_ourselves),
        ROW(freeing_the_server_tells_its_handlers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
