// SPDX-License-Identifier: MIT
/* One connection: clients that leave, clients that read slowly, and how cut
   answers look. */
#include "http/connection.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#include "host.h"
#include "net/peers.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define HALF_A_BODY                                                            \
    "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"
#define FULL_WINDOW                                                            \
    "POST /window HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n"           \
    "0123456789012345678901234567890123456789"

/* ---- leaving ------------------------------------------------------------ */

/* What a client has sent when it leaves, and whether a handler had it. */
static const struct {
    const char *name;
    const char *sent;
    bool held;
} scenes[] = {
    { "before a byte", "", false },
    { "in the head", "GET /no", false },
    { "between requests", GET("/now"), false },
    { "in the body", HALF_A_BODY, true },
    { "while the window is full", FULL_WINDOW, true },
    { "while waiting", GET("/hold"), true },
    { "while waiting, more sent", GET("/hold") GET("/now"), true },
};

static void leave(struct host *host, void (*how)(struct wire *), size_t i)
{
    unsigned gone = host->gone;

    host_reconnect(host);
    host_until_connections(host, 1);
    wire_send(&host->client, scenes[i].sent);
    wire_turn_for(host->loop, 3);
    if ((host->held != NULL) != scenes[i].held)
        fail_msg("%s: held %d", scenes[i].name, host->held != NULL);
    how(&host->client);
    host_until_connections(host, 0);
    if (host->gone != gone + scenes[i].held)
        fail_msg("%s: told %u times", scenes[i].name, host->gone - gone);
}

static void leaving_is_noticed_in_every_state(void **state)
{
    static void (*const ways[])(struct wire *) = { wire_half_close, wire_reset,
                                                   wire_close };
    struct host *host = *state;

    host_start(host);
    wire_close(&host->client);
    host_until_connections(host, 0);
    for (size_t way = 0; way < COUNT_OF(ways); way++) {
        for (size_t i = 0; i < COUNT_OF(scenes); i++)
            leave(host, ways[way], i);
    }
}

static void leaving_in_the_answer_is_noticed(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, GET("/hold"));
    host_until_held(host);
    response_start(host->held, &(struct response_head){
                                   .status = 200, .framing = RESPONSE_CLOSE });
    response_write(host->held, (struct str){ host->big, HOST_BIG });
    assert_true(response_queued(host->held) > 0);
    wire_reset(&host->client);
    host_until_gone(host, 1);
    host_until_connections(host, 0);
}

/* A level-triggered poll must not turn round and round while a handler thinks. */
static void waiting_costs_nothing(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, GET("/hold") GET("/now"));
    host_until_held(host);
    wire_send(&host->client, GET("/now"));
    wire_check_calm(host->loop);
    wire_close(&host->client);
    host_until_gone(host, 1);
}

/* ---- slow readers ------------------------------------------------------- */

/* What the kernel took of the only connection's answer so far. */
static uint64_t sent_so_far(const struct host *host)
{
    struct list *first = host->server->connections.next;

    assert_true(first != &host->server->connections);
    return stream_sent(LIST_ITEM(first, struct connection, link)->stream);
}

#define STALL_MS (4 * WIRE_CALM_MS)

/* Reads until the server could send something, rests, and so on: for longer than
   any deadline, but never without progress for as long as one. */
static void read_slowly(struct host *host)
{
    static char some[65536];

    for (int i = 0; i < 8; i++) {
        uint64_t before = sent_so_far(host);

        while (sent_so_far(host) == before) {
            ssize_t got =
                recv(host->client.fd, some, sizeof(some), MSG_DONTWAIT);

            assert_true(got != 0);
            if (got > 0)
                buf_add(&host->client.got, (struct str){ some, (size_t)got });
            wire_turn(host->loop);
        }
        wire_rest(host->loop, STALL_MS / 6);
    }
}

static void check_all_of_it(struct host *host)
{
    struct str got;
    size_t head;

    while (host->client.got.len < HOST_BIG && !host->client.ended) {
        wire_read(&host->client);
        wire_turn(host->loop);
        assert_false(host->client.reset);
    }
    got = buf_str(&host->client.got);
    head = (size_t)((char *)memmem(got.at, got.len, "\r\n\r\n", 4) - got.at);
    while (host->client.got.len < HOST_BIG + head + 4 && !host->client.ended) {
        wire_read(&host->client);
        wire_turn(host->loop);
    }
    assert_int_equal(host->client.got.len, HOST_BIG + head + 4);
}

/* The answer is complete for its handler; what is queued of it still has to reach
   a reader that is slow but reads. */
static void a_slow_reader_gets_all_of_it(void **state)
{
    static const char *const requests[] = {
        GET("/big"),
        "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    struct peers *peers = peers_new(NULL);
    struct host *host = *state;

    host->options.idle_timeout_ms = 20;
    host->options.write_stall_ms = STALL_MS;
    host->options.strangers_close = true;
    host->options.stranger_ms = 20; /* not for this machine */
    host->options.asker = peer_asker_new(peers, host->loop);
    host_start(host);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        wire_close(&host->client);
        host_until_connections(host, 0);
        host_reconnect(host);
        wire_send(&host->client, requests[i]);
        host_until_requests(host, (unsigned)i + 1);
        read_slowly(host);
        check_all_of_it(host);
    }
    peer_asker_free(host->options.asker);
    host->server->options.asker = NULL;
    peers_free(peers);
}

/* A reader that takes nothing at all is given up, in every state. */
static void a_reader_that_stalls_is_given_up(void **state)
{
    static const char *const requests[] = {
        GET("/big"),
        "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    struct host *host = *state;

    host->options.idle_timeout_ms = 20;
    host->options.write_stall_ms = 20;
    host_start(host);
    wire_close(&host->client);
    host_until_connections(host, 0);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        host_reconnect(host);
        wire_send(&host->client, requests[i]);
        host_until_requests(host, (unsigned)i + 1);
        host_until_connections(host, 0);
    }
    host_reconnect(host);
    wire_send(&host->client, GET("/hold"));
    host_until_held(host);
    response_start(host->held, &(struct response_head){
                                   .status = 200, .framing = RESPONSE_CLOSE });
    response_write(host->held, (struct str){ host->big, HOST_BIG });
    host_until_gone(host, 1);
}

/* ---- pipelines ---------------------------------------------------------- */

static bool is_backed_up(void *arg)
{
    const struct host *host = arg;
    struct list *first = host->server->connections.next;

    return first != &host->server->connections &&
           stream_queued(LIST_ITEM(first, struct connection, link)->stream) > 0;
}

/* Some of them are read already, the last one lies in the kernel. */
static void ask_without_reading(struct host *host)
{
    wire_send(&host->client, GET("/big") GET("/now") GET("/big") GET("/last"));
    wire_until(host->loop, is_backed_up, host);
    wire_turn_for(host->loop, 3);
}

/* Or the answers of all of them would lie in our memory. */
static void the_next_request_waits_until_answers_are_taken(void **state)
{
    struct host *host = *state;

    host_start(host);
    ask_without_reading(host);
    assert_int_equal(host->requests, 1);
    wire_check_calm(host->loop);
    assert_int_equal(host->requests, 1);
    wire_expect_end(&host->client);
    assert_int_equal(host->requests, 4);
    assert_int_equal(wire_count(&host->client, "HTTP/1.1 200 OK"), 4);
    assert_int_equal(wire_count(&host->client, "\r\n\r\nnow"), 1);
    assert_int_equal(wire_count(&host->client, "\r\n\r\nlast"), 1);
    assert_true(host->client.got.len > 2 * HOST_BIG);
    host_until_connections(host, 0);
}

/* What comes while the client is behind is read and served when it no longer is. */
static void what_comes_meanwhile_is_served_afterwards(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, GET("/big"));
    wire_until(host->loop, is_backed_up, host);
    wire_send(&host->client, "GET /now HTTP/1.1\r\n");
    wire_check_calm(host->loop);
    assert_int_equal(host->requests, 1);
    wire_send(&host->client, "Host: a\r\n\r\n");
    wire_expect(&host->client, "\r\n\r\nnow");
    wire_send(&host->client, GET("/now"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 2);
    assert_int_equal(host->requests, 3);
}

static void who_is_behind_and_leaves_is_gone(void **state)
{
    static void (*const ways[])(struct wire *) = { wire_half_close, wire_reset,
                                                   wire_close };
    struct host *host = *state;

    host_start(host);
    for (unsigned way = 0; way < COUNT_OF(ways); way++) {
        host_reconnect(host);
        host_until_connections(host, 1);
        ask_without_reading(host);
        ways[way](&host->client);
        host_until_connections(host, 0);
        assert_int_equal(host->requests, way + 1);
    }
}

static void who_is_behind_and_stalls_is_given_up(void **state)
{
    struct host *host = *state;

    host->options.write_stall_ms = 20;
    host_start(host);
    wire_send(&host->client, GET("/big") GET("/now"));
    host_until_requests(host, 1);
    host_until_connections(host, 0);
    assert_int_equal(host->requests, 1);
}

/* ---- ends --------------------------------------------------------------- */

static void a_cut_answer_looks_cut(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, GET("/abort"));
    wire_expect_end(&host->client);
    assert_true(host->client.ended);
    assert_int_equal(wire_count(&host->client, "content-length: 8"), 1);
    assert_int_equal(wire_count(&host->client, "\r\n\r\nhalf"), 1);

    host_reconnect(host);
    wire_send(&host->client, GET("/reset"));
    wire_expect_end(&host->client);
    assert_true(host->client.reset);
    assert_int_equal(wire_count(&host->client, "\r\n\r\nhalf"), 1);
    host_until_connections(host, 0);
}

/* It learns at its own time that the client has gone; nothing is sent. */
static void a_request_without_a_watch_is_answered_late(void **state)
{
    struct host *host = *state;
    struct request *held;

    host_start(host);
    wire_send(&host->client, GET("/deaf"));
    host_until_held(host);
    wire_half_close(&host->client);
    wire_turn_for(host->loop, 3);
    held = host->held;
    assert_true(request_is_gone(held));
    host->held = NULL;
    response_send(held, 200, STR("text/plain"), STR_EMPTY, STR("too late"));
    host_until_connections(host, 0);
    wire_expect_end(&host->client);
    assert_int_equal(host->client.got.len, 0);
}

static void let_go(void *arg)
{
    struct host *host = arg;
    struct request *held = host->held;

    host->held = NULL;
    request_release(held);
}

/* A handler that was told and has not let go yet must not keep the server from
   ending: it is told again. */
static void the_end_comes_to_those_who_were_told(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_send(&host->client, GET("/deaf"));
    host_until_held(host);
    wire_half_close(&host->client);
    wire_turn_for(host->loop, 3);
    assert_true(request_is_gone(host->held));
    request_watch(host->held, let_go, host);
    server_free(host->server);
    host->server = NULL;
    assert_null(host->held);
}

static void arrival_is_when_the_head_was_complete(void **state)
{
    struct host *host = *state;
    uint64_t before_ns;
    uint64_t before_ms;

    host_start(host);
    wire_send(&host->client, "GET /hold HTTP/1.1\r\n");
    wire_turn_for(host->loop, 3);
    before_ns = clock_steady_ns();
    before_ms = clock_wall_ms();
    wire_send(&host->client, "Host: a\r\n\r\n");
    host_until_held(host);
    assert_true(host->held->arrived_ns >= before_ns);
    assert_true(host->held->arrived_ms >= before_ms);
    assert_int_equal(request_id_time_ms(str_of(host->held->id)),
                     host->held->arrived_ms);
    wire_close(&host->client);
    host_until_gone(host, 1);
}

/* ---- strangers ---------------------------------------------------------- */

/* Whoever is not known to be this machine's own, wherever it comes from, whatever it
   asks for. */
static void a_strangers_connection_closes(void **state)
{
    struct peers *peers = peers_new(NULL);
    struct host *host = *state;

    host->options.strangers_close = true;
    host->options.asker = peer_asker_new(peers, host->loop);
    host_start(host);
    for (unsigned i = 1; i <= 2; i++) {
        wire_send(&host->client, GET("/now"));
        wire_expect_count(&host->client, "\r\n\r\nnow", i);
    }
    assert_int_equal(wire_count(&host->client, "connection: close"), 0);
    peer_asker_free(host->options.asker);
    host->server->options.asker = NULL; /* nobody is known */
    host_reconnect(host);
    wire_send(&host->client, GET("/now"));
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "connection: close"), 1);
    assert_int_equal(wire_count(&host->client, "\r\n\r\nnow"), 1);
    host_until_connections(host, 0);
    peers_free(peers);
}

static void a_stranger_who_is_vouched_for_may_stay(void **state)
{
    struct host *host = *state;

    host->options.strangers_close = true; /* and nobody is known */
    host_start(host);
    wire_send(&host->client, GET("/known"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 1);
    wire_send(&host->client, GET("/now"));
    wire_expect_count(&host->client, "\r\n\r\nnow", 2);
    assert_int_equal(wire_count(&host->client, "connection: close"), 0);
    host_reconnect(host);
    wire_send(&host->client, GET("/now"));
    wire_expect_end(&host->client);
}

/* A little now and then is enough for others (a_slow_reader_gets_all_of_it). */
static void a_stranger_has_no_forever_for_its_answer(void **state)
{
    static char some[4096];
    struct host *host = *state;

    host->options.strangers_close = true; /* and nobody is known */
    host->options.stranger_ms = WIRE_CALM_MS;
    host_start(host);
    wire_send(&host->client, GET("/big"));
    host_until_requests(host, 1);
    while (server_connections(host->server) > 0) {
        ssize_t got = recv(host->client.fd, some, sizeof(some), MSG_DONTWAIT);

        if (got > 0)
            buf_add(&host->client.got, (struct str){ some, (size_t)got });
        wire_turn(host->loop);
    }
    wire_expect_end(&host->client);
    assert_true(host->client.got.len < HOST_BIG);
}

static void another_user_is_a_stranger(void **state)
{
    struct peers *peers = peers_new(NULL);
    struct peer_asker *asker;
    struct host *host = *state;

    if (geteuid() != 0)
        skip();
    asker = peer_asker_new(peers, host->loop);
    host->options.strangers_close = true;
    host->options.asker = asker;
    host_start(host);
    assert_int_equal(fchown(host->client.fd, 65534, 65534), 0);
    wire_send(&host->client, GET("/now"));
    wire_expect_end(&host->client);
    assert_int_equal(wire_count(&host->client, "connection: close"), 1);
    host_until_connections(host, 0);
    peer_asker_free(asker);
    peers_free(peers);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(leaving_is_noticed_in_every_state),
        ROW(leaving_in_the_answer_is_noticed),
        ROW(waiting_costs_nothing),
        ROW(a_slow_reader_gets_all_of_it),
        ROW(a_reader_that_stalls_is_given_up),
        ROW(the_next_request_waits_until_answers_are_taken),
        ROW(what_comes_meanwhile_is_served_afterwards),
        ROW(who_is_behind_and_leaves_is_gone),
        ROW(who_is_behind_and_stalls_is_given_up),
        ROW(a_cut_answer_looks_cut),
        ROW(a_request_without_a_watch_is_answered_late),
        ROW(the_end_comes_to_those_who_were_told),
        ROW(arrival_is_when_the_head_was_complete),
        ROW(a_strangers_connection_closes),
        ROW(a_stranger_who_is_vouched_for_may_stay),
        ROW(a_stranger_has_no_forever_for_its_answer),
        ROW(another_user_is_a_stranger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
