// SPDX-License-Identifier: MIT
/* Every way in which dialling fails: which step it was, what is said of it, and
   where the time went. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

#define REFUSED_407                                                            \
    "HTTP/1.1 407 Proxy Authentication Required\r\n"                           \
    "Proxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n"

/* It may hold NULs. */
#define SAY(text)                                                              \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

/* What the proxy says after each thing it hears; then it ends its side. */
static const struct {
    const char *name;
    const char *type;
    const char *password;
    struct str said[3];
    const char *part;
} refusals[] = {
    { "407",
      "http",
      PASSWORD,
      { SAY(REFUSED_407) },
      "it answered 407; check the user name and password" },
    { "407 without credentials",
      "http",
      NULL,
      { SAY(REFUSED_407) },
      "it answered 407; it wants a user name and password" },
    { "403",
      "http",
      PASSWORD,
      { SAY("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") },
      "it answered 403 to CONNECT api.invalid:443" },
    { "502",
      "http",
      NULL,
      { SAY("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno!") },
      "it answered 502 to CONNECT api.invalid:443" },
    { "an end", "http", PASSWORD, { SAY("") }, "aborted" },
    { "no HTTP", "http", PASSWORD, { SAY("SSH-2.0-x\r\n") }, "aborted" },
    { "socks5: a wrong password",
      "socks5",
      PASSWORD,
      { SAY("\5\2"), SAY("\1\1") },
      "it refused us; check the user name and password" },
    { "socks5: no way to sign in",
      "socks5",
      NULL,
      { SAY("\5\377") },
      "it refused us; it wants a user name and password" },
    { "socks5: refused",
      "socks5",
      NULL,
      { SAY("\5\0"), SAY("\5\5\0\1\0\0\0\0\0\0") },
      "it did not connect to api.invalid:443: the connection was refused" },
    { "socks5: not allowed",
      "socks5",
      NULL,
      { SAY("\5\0"), SAY("\5\2\0\1\0\0\0\0\0\0") },
      "it did not connect to api.invalid:443: its rules forbid that" },
    { "socks5: an end", "socks5", NULL, { SAY("") }, "closed" },
    { "socks5: no SOCKS5",
      "socks5",
      NULL,
      { SAY("HTTP/1.1 400 a\r\n\r\n") },
      "failed: 127.0.0.1:" },
};

static bool has_bytes(void *arg)
{
    struct wire *wire = arg;

    wire_read(wire);
    return wire->got.len > 0;
}

static void play(struct stage *stage, const struct str *said)
{
    for (size_t i = 0; i < 3 && said[i].at; i++) {
        buf_clear(&stage->peer.got);
        wire_until(stage->loop, has_bytes, &stage->peer);
        wire_send_str(&stage->peer, said[i]);
    }
    wire_half_close(&stage->peer);
}

static void a_refusing_proxy_is_told_with_its_reason(void **state)
{
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        print_message("%s\n", refusals[i].name);
        stage_use_proxy(stage, refusals[i].type, refusals[i].password);
        stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
        play(stage, refusals[i].said);
        stage_check_failure(stage, ERR_PROXY,
                            "proxy authenticate failed: 127.0.0.1:");
        unit_assert_part(dial_error(stage->dial)->text, refusals[i].part);
        assert_int_equal(dial_times(stage->dial).reached, DIAL_AUTHENTICATE);
    }
}

static void a_silent_proxy_is_given_up(void **state)
{
    static const struct {
        const char *type;
        enum dial_step step;
        const char *part;
    } rows[] = {
        { "http", DIAL_AUTHENTICATE, "proxy authenticate failed: 127" },
        { "socks5", DIAL_AUTHENTICATE, "proxy authenticate failed: 127" },
        { "https", DIAL_PROXY_TLS, "proxy TLS failed: 127" },
    };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct dial_times times;

        stage_use_proxy(stage, rows[i].type, PASSWORD);
        stage_start(stage, "api.invalid", 443, 50);
        stage_check_failure(stage, ERR_TIMEOUT, rows[i].part);
        unit_assert_part(dial_error(stage->dial)->text, "within 50 ms");
        times = dial_times(stage->dial);
        assert_int_equal(times.reached, rows[i].step);
        assert_in_range(times.us[rows[i].step], 30000, 5000000);
        assert_in_range(times.us[DIAL_CONNECT], 0, 30000);
    }
}

/* The handshake must fail before a word of ours is sent in the clear. */
static void a_proxy_without_tls_gets_no_password(void **state)
{
    struct stage *stage = *state;

    stage_use_proxy(stage, "https", PASSWORD);
    stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
    play(stage, (const struct str[3]){ STR(REFUSED_407) });
    stage_check_failure(stage, ERR_PROXY, "proxy TLS failed: 127.0.0.1:");
    assert_int_equal(wire_count(&stage->peer, "Proxy-Auth"), 0);
}

/* ---- nobody is there ---------------------------------------------------- */

static void check_nobody(struct stage *stage, enum err_code code,
                         const char *part)
{
    (void)close(stage->listening);
    stage_start(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    stage_check_failure(stage, code, part);
    assert_int_equal(dial_times(stage->dial).reached, DIAL_CONNECT);
    stage->listening = wire_listen(&stage->port);
}

static void nobody_listens(void **state)
{
    static const char *const types[] = { "http", "socks5", "https" };
    struct stage *stage = *state;

    check_nobody(stage, ERR_CONNECT, "connect failed: 127.0.0.1:");
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        stage_use_proxy(stage, types[i], NULL);
        check_nobody(stage, ERR_PROXY, "proxy connect failed: 127.0.0.1");
    }
}

static struct proxy *proxy_at(const char *host)
{
    struct err err;

    return proxy_new(&(struct proxy_parts){ .type = STR("http"),
                                            .host = str_of(host),
                                            .port = 1 },
                     &err);
}

static void a_name_that_is_none(void **state)
{
    struct stage *stage = *state;

    stage_start(stage, "nothing.invalid", 443, WIRE_WAIT_MS);
    stage_check_failure(stage, ERR_RESOLVE,
                        "resolve failed: nothing.invalid:443");
    assert_int_equal(dial_times(stage->dial).reached, DIAL_RESOLVE);
    stage->proxy = proxy_at("nothing.invalid");
    stage_start(stage, "127.0.0.1", 443, WIRE_WAIT_MS);
    stage_check_failure(stage, ERR_PROXY,
                        "proxy resolve failed: nothing.invalid:1");
    assert_int_equal(dial_times(stage->dial).reached, DIAL_RESOLVE);
}

/* An address is an address, not a host and a port. */
static void an_ipv6_proxy(void **state)
{
    struct stage *stage = *state;

    stage->proxy = proxy_at("::1");
    stage_start(stage, "127.0.0.1", 443, WIRE_WAIT_MS);
    stage_check_failure(stage, ERR_PROXY, "proxy connect failed: ::1:1: ");
    assert_null(strstr(dial_error(stage->dial)->text, "syntax"));
}

/* ---- times -------------------------------------------------------------- */

static void steps_are_timed(void **state)
{
    struct stage *stage = *state;
    struct dial_times times;

    stage_use_proxy(stage, "http", NULL);
    stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
    wire_expect(&stage->peer, "\r\n\r\n");
    wire_turn_for(stage->loop, 20);
    wire_send(&stage->peer, "HTTP/1.1 200 OK\r\n\r\n");
    (void)close(stage_take(stage));
    times = dial_times(stage->dial);
    assert_int_equal(times.reached, DIAL_STEPS);
    assert_in_range(times.us[DIAL_AUTHENTICATE], 15000, 5000000);
    assert_in_range(times.us[DIAL_CONNECT], 0, 15000);
    assert_int_equal(times.us[DIAL_PROXY_TLS], 0);
}

static void the_steps_depend_on_the_proxy(void **state)
{
    struct stage *stage = *state;

    assert_false(dial_has_step(NULL, DIAL_PROXY_TLS));
    assert_false(dial_has_step(NULL, DIAL_AUTHENTICATE));
    stage_use_proxy(stage, "socks5", NULL);
    assert_false(dial_has_step(stage->proxy, DIAL_PROXY_TLS));
    assert_true(dial_has_step(stage->proxy, DIAL_AUTHENTICATE));
    stage_use_proxy(stage, "https", NULL);
    assert_true(dial_has_step(stage->proxy, DIAL_PROXY_TLS));
    assert_true(dial_has_step(stage->proxy, DIAL_RESOLVE));
    assert_false(dial_has_step(stage->proxy, DIAL_STEPS));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_refusing_proxy_is_told_with_its_reason),
        ROW(a_silent_proxy_is_given_up),
        ROW(a_proxy_without_tls_gets_no_password),
        ROW(nobody_listens),
        ROW(a_name_that_is_none),
        ROW(an_ipv6_proxy),
        ROW(steps_are_timed),
        ROW(the_steps_depend_on_the_proxy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
