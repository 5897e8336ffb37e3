// SPDX-License-Identifier: MIT
/* Whatever comes of a request is reported once. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/macros.h"
#include "base/mem.h"
#include "host.h"

#define H " HTTP/1.1\r\nHost: a\r\n"
#define GET(path) "GET " path H "\r\n"
#define POST(path, length) "POST " path H "Content-Length: " length "\r\n\r\n"
#define TEXT_MAX 2000

/* One line for each report, in the order they came; of a refusal without the size of its
   body, which is made elsewhere. */
struct reports {
    char text[TEXT_MAX];
    size_t len;
    unsigned count;
};

static const char *end_name(enum server_end end)
{
    static const char *const names[] = { "answered", "cut", "left", "stopped" };

    return names[end];
}

static void note(const void *arg, const struct request *req,
                 const struct server_outcome *outcome)
{
    struct reports *reports = *(struct reports *const *)arg;
    const struct err *why = req->notes.refusal;

    assert_int_equal(request_id_time_ms(str_of(req->id)), req->arrived_ms);
    assert_true(req->arrived_ms > 0);
    assert_true(req->arrived_ns > 0);
    reports->count++;
    reports->len +=
        (size_t)snprintf(reports->text + reports->len, TEXT_MAX - reports->len,
                         STR_FMT " " STR_FMT " %u %s %u%s%s\n",
                         STR_ARG(req->method), STR_ARG(req->path),
                         outcome->status, end_name(outcome->end),
                         why ? 0 : (unsigned)outcome->bytes, why ? " " : "",
                         why ? why->text : "");
    assert_true(reports->len < TEXT_MAX);
}

static void start(struct host *host, struct reports **reports)
{
    **reports = (struct reports){ .count = 0 };
    host->options.log = note;
    host->options.log_arg = reports;
    host->options.head_timeout_ms = WIRE_CALM_MS;
    host->options.body_grace_ms = WIRE_CALM_MS;
    host_start(host);
}

enum then { WAIT, LEAVE, RESET };

static const struct {
    const char *name;
    const char *sent;
    enum then then;
    const char *reports;
} cases[] = {
    { "an answer", GET("/now?a=b"), WAIT, "GET /now 200 answered 3\n" },
    { "to HEAD", "HEAD /now" H "\r\n", WAIT, "HEAD /now 200 answered 0\n" },
    { "three in a row", GET("/now") POST("/body", "2") "ab" GET("/last"), WAIT,
      "GET /now 200 answered 3\nPOST /body 200 answered 2\n"
      "GET /last 200 answered 4\n" },
    { "behind the last", GET("/last") GET("/now"), WAIT,
      "GET /last 200 answered 4\n" },
    { "half an answer", GET("/abort"), WAIT, "GET /abort 200 cut 4\n" },
    { "half, and a reset", GET("/reset"), WAIT, "GET /reset 200 cut 4\n" },
    { "a body too large", POST("/body", "11"), WAIT,
      "POST /body 413 answered 0 the request body has 11 bytes; 10 are "
      "allowed here\n" },
    { "a body too slow", POST("/body", "3") "a", WAIT,
      "POST /body 408 answered 0 the request body came too slowly\n" },
    { "a bad body", "POST /body" H "Transfer-Encoding: chunked\r\n\r\nx\r\n",
      WAIT, "POST /body 400 answered 0 malformed HTTP: " },
    { "an expectation", "GET /now" H "Expect: tea\r\n\r\n", WAIT,
      "GET /now 417 answered 0 the only Expect served is 100-continue\n" },
    { "more than the last", "GET /now" H "Connection: close\r\n\r\nGET", WAIT,
      "GET /now 400 answered 0 malformed HTTP: data after a request with "
      "\"connection: close\"\n" },
    { "no HTTP", "\x16\x03\x01\x02\r\n\r\n", WAIT,
      "  400 answered 0 malformed HTTP: " },
    { "a bad field", "GET /now" H "a b\r\n\r\n", WAIT,
      "  400 answered 0 malformed HTTP: " },
    { "a bad one behind", GET("/now") "nonsense\r\n\r\n", WAIT,
      "GET /now 200 answered 3\n  400 answered 0 malformed HTTP: " },
    { "half a head", "GET /now HT", WAIT,
      "  408 answered 0 the request head took too long\n" },
    { "and leaves", "GET /now HT", LEAVE, "  0 left 0\n" },
    { "and resets", "GET /now HT", RESET, "  0 left 0\n" },
    { "another half", GET("/now") "GET", LEAVE,
      "GET /now 200 answered 3\n  0 left 0\n" },
    { "leaves while waiting", GET("/hold"), LEAVE, "GET /hold 0 left 0\n" },
    { "leaves in a body", POST("/body", "3") "a", LEAVE,
      "POST /body 0 left 0\n" },
    { "resets in a body", POST("/body", "3") "a", RESET,
      "POST /body 0 left 0\n" },
};

static unsigned lines_of(const char *text)
{
    unsigned lines = text[strlen(text) - 1] != '\n';

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

struct goal {
    const struct reports *reports;
    unsigned count;
};

static bool have_come(void *arg)
{
    const struct goal *goal = arg;

    return goal->reports->count >= goal->count;
}

/* Prefixes, for texts and lengths that belong to others. */
static void check(const char *name, const struct reports *reports,
                  const char *want)
{
    if (reports->count != lines_of(want) ||
        strncmp(reports->text, want, strlen(want)) != 0)
        fail_msg("%s: %u reports\n%s", name, reports->count, reports->text);
}

static void every_request_is_reported_once(void **state)
{
    static struct reports reports;
    struct reports *at = &reports;
    struct host *host = *state;

    start(host, &at);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct goal goal = { &reports, lines_of(cases[i].reports) };

        reports = (struct reports){ .count = 0 };
        wire_send(&host->client, cases[i].sent);
        if (cases[i].then != WAIT)
            wire_turn_for(host->loop, 3);
        if (cases[i].then == LEAVE)
            wire_half_close(&host->client);
        if (cases[i].then == RESET)
            wire_reset(&host->client);
        wire_until(host->loop, have_come, &goal);
        host_reconnect(host);
        host_until_connections(host, 1);
        wire_turn_for(host->loop, 3);
        check(cases[i].name, &reports, cases[i].reports);
    }
}

/* Nothing was asked. */
static const char *const nothings[] = { "", "\r\n", "\r\n\r\n\r\n" };

static void what_asks_nothing_is_not_reported(void **state)
{
    static struct reports reports;
    struct reports *at = &reports;
    struct host *host = *state;

    start(host, &at);
    for (size_t i = 0; i < COUNT_OF(nothings); i++) {
        wire_send(&host->client, nothings[i]);
        wire_turn_for(host->loop, 3);
        host_reconnect(host);
        host_until_connections(host, 1);
    }
    assert_int_equal(reports.count, 0);
}

static void one_that_was_logged_is_not_reported(void **state)
{
    static struct reports reports;
    struct reports *at = &reports;
    struct host *host = *state;

    start(host, &at);
    wire_send(&host->client, GET("/hold"));
    host_until_held(host);
    host->held->notes.is_logged = true;
    response_send(host->held, 200, STR("text/plain"), STR_EMPTY, STR("tea"));
    host->held = NULL;
    wire_send(&host->client, GET("/now"));
    wire_expect(&host->client, "now");
    check("the next", &reports, "GET /now 200 answered 3\n");
}

/* One in hand, one of which half the head is there, and one connection that idles. */
static void the_end_of_the_server_is_reported(void **state)
{
    static struct reports reports;
    struct reports *at = &reports;
    struct host *host = *state;
    struct wire half;
    struct wire idle;

    start(host, &at);
    wire_send(&host->client, GET("/hold"));
    host_until_held(host);
    wire_connect(&half, host->loop, server_port(host->server));
    wire_connect(&idle, host->loop, server_port(host->server));
    host_until_connections(host, 3);
    wire_send(&half, "GET /");
    wire_turn_for(host->loop, 3);
    server_free(host->server);
    host->server = NULL;
    check("the end", &reports, "GET /hold 0 stopped 0\n  0 stopped 0\n");
    wire_close(&half);
    wire_close(&idle);
}

/* Who finds no place. */
static void one_that_is_turned_away_is_reported(void **state)
{
    static struct reports reports;
    struct reports *at = &reports;
    struct host *host = *state;
    struct wire second;

    host->options.seats =
        (struct seats_limits){ .max = 1, .turned_away_max = 1 };
    start(host, &at);
    host_until_connections(host, 1);
    wire_connect(&second, host->loop, server_port(host->server));
    wire_expect_end(&second);
    check("the second", &reports, "  503 answered 0 ");
    wire_close(&second);
}

/* ---- connections ----------------------------------------------------------- */

static const struct {
    const char *name;
    const char *sent;
    enum then then;
    const char *line; /* of its end */
} ends[] = {
    { "nothing", "", LEAVE, "requests=0 ms=N why=\"the client closed it\"" },
    { "two requests", GET("/now") GET("/now"), LEAVE,
      "requests=2 ms=N why=\"the client closed it\"" },
    { "the last", GET("/now") GET("/last"), WAIT,
      "requests=2 ms=N why=\"its last answer was sent\"" },
    { "a reset", GET("/reset"), WAIT,
      "requests=1 ms=N why=\"its answer was cut off\"" },
    { "gone", GET("/hold"), LEAVE,
      "requests=1 ms=N why=\"the client left before it was answered\"" },
    { "malformed", "nonsense\r\n\r\n", WAIT,
      "requests=1 ms=N why=\"its last answer was sent\"" },
};

static void end_connection(struct host *host, size_t i)
{
    wire_send(&host->client, ends[i].sent);
    wire_turn_for(host->loop, 5);
    if (ends[i].then == LEAVE)
        wire_half_close(&host->client);
    else
        wire_expect_end(&host->client);
    wire_close(&host->client);
    host_until_connections(host, 0);
}

/* " ms=17 " -> " ms=N " */
static void hide_time(char *text)
{
    char *at = strstr(text, " requests=");
    char *digits = at ? strstr(at, " ms=") : NULL;
    size_t len;

    if (!digits)
        return;
    digits += 4;
    len = strspn(digits, "0123456789");
    *digits = 'N';
    memmove(digits + 1, digits + len, strlen(digits + len) + 1);
}

static void connections_are_told_for_debugging(void **state)
{
    struct host *host = *state;

    host_start(host);
    wire_close(&host->client);
    host_until_connections(host, 0);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
        char *text;

        (void)log_change_level(LOG_DEBUG);
        host_reconnect(host);
        host_until_connections(host, 1);
        end_connection(host, i);
        (void)log_change_level(LOG_INFO);
        log_flush();
        text = unit_capture_end(&capture);
        hide_time(text);
        unit_assert_part(text, "debug client connected peer=127.0.0.1 port=");
        unit_assert_part(text, "debug client connection closed peer=127.0.0.1");
        if (!strstr(text, ends[i].line))
            fail_msg("%s: %s", ends[i].name, text);
        mem_free(text);
    }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(every_request_is_reported_once),
        ROW(what_asks_nothing_is_not_reported),
        ROW(one_that_was_logged_is_not_reported),
        ROW(the_end_of_the_server_is_reported),
        ROW(one_that_is_turned_away_is_reported),
        ROW(connections_are_told_for_debugging),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
