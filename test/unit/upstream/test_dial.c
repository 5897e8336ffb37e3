// SPDX-License-Identifier: MIT
/* Dialling: directly, through proxies that the test plays, and every way it can
   fail. */
#include "upstream/dial.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"
#include "wire.h"

#define PASSWORD "p@ss/w#rd:%20"
/* base64 of user:p@ss/w#rd:%20 */
#define BASIC "Proxy-Authorization: Basic dXNlcjpwQHNzL3cjcmQ6JTIw\r\n"

struct stage {
    struct loop *loop;
    struct dialer *dialer;
    struct dial *dial;
    struct proxy *proxy;
    int listening;
    uint16_t port;
    struct wire peer;
    unsigned wakes;
};

static int stage_open(void **state)
{
    struct stage *stage = MEM_NEW(struct stage);

    stage->loop = loop_new();
    stage->dialer = dialer_new(stage->loop);
    stage->listening = wire_listen(&stage->port);
    stage->peer.fd = -1;
    *state = stage;
    return 0;
}

static int stage_close(void **state)
{
    struct stage *stage = *state;

    dial_free(stage->dial);
    wire_close(&stage->peer);
    (void)close(stage->listening);
    dialer_free(stage->dialer);
    proxy_unref(stage->proxy);
    loop_free(stage->loop);
    mem_free(stage);
    return 0;
}

static void woken(void *arg)
{
    struct stage *stage = arg;

    stage->wakes++;
}

static void start(struct stage *stage, const char *host, uint16_t port,
                  uint64_t timeout_ms)
{
    struct dial_target target = { .host = host,
                                  .port = port,
                                  .proxy = stage->proxy,
                                  .timeout_ms = timeout_ms };

    dial_free(stage->dial);
    stage->wakes = 0;
    stage->dial = dial_start(stage->dialer, &target, woken, stage);
    assert_int_equal(stage->wakes, 0);
    assert_int_equal(dial_state(stage->dial), DIAL_BUSY);
}

static void use_proxy(struct stage *stage, const char *type,
                      const char *password)
{
    struct err err;

    proxy_unref(stage->proxy);
    stage->proxy =
        proxy_new(&(struct proxy_parts){ .type = str_of(type),
                                         .host = STR("127.0.0.1"),
                                         .port = stage->port,
                                         .username =
                                             password ? STR("user") : STR_EMPTY,
                                         .password = str_of(password) },
                  &err);
    assert_non_null(stage->proxy);
}

static bool is_over(void *arg)
{
    const struct stage *stage = arg;

    return dial_state(stage->dial) != DIAL_BUSY;
}

static void finish(struct stage *stage)
{
    wire_until(stage->loop, is_over, stage);
    wire_turn_for(stage->loop, 3);
    assert_int_equal(stage->wakes, 1);
}

static void check_failure(struct stage *stage, enum err_code code,
                          const char *part)
{
    finish(stage);
    assert_int_equal(dial_state(stage->dial), DIAL_FAILED);
    unit_assert_part(dial_error(stage->dial)->text, part);
    assert_int_equal(dial_error(stage->dial)->code, code);
    assert_null(strstr(dial_error(stage->dial)->text, PASSWORD));
}

/* The socket leads to the peer, both ways. */
static void check_success(struct stage *stage)
{
    char byte = 0;
    int fd;

    finish(stage);
    if (dial_state(stage->dial) != DIAL_DONE)
        fail_msg("%s", dial_error(stage->dial)->text);
    fd = dial_take(stage->dial);
    assert_true(fd >= 0);
    assert_int_equal(recv(fd, &byte, 1, 0), -1); /* it does not block */
    assert_int_equal(send(fd, "to", 2, MSG_NOSIGNAL), 2);
    wire_expect(&stage->peer, "to");
    wire_send(&stage->peer, "x");
    wire_turn(stage->loop);
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(dial_take(stage->dial), -1);
    (void)close(fd);
}

/* ---- directly ----------------------------------------------------------- */

static void a_direct_way(void **state)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost" };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        start(stage, hosts[i], stage->port, WIRE_WAIT_MS);
        wire_close(&stage->peer);
        wire_accept(&stage->peer, stage->loop, stage->listening);
        check_success(stage);
    }
}

/* The environment does not decide: our configuration does. */
static void the_environment_is_not_asked(void **state)
{
    struct stage *stage = *state;

    (void)setenv("http_proxy", "http://127.0.0.1:1/", 1);
    (void)setenv("all_proxy", "socks5://127.0.0.1:1/", 1);
    start(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    wire_accept(&stage->peer, stage->loop, stage->listening);
    check_success(stage);
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
}

static void nobody_listens(void **state)
{
    struct stage *stage = *state;

    (void)close(stage->listening);
    start(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    check_failure(stage, ERR_CONNECT, "connect failed: 127.0.0.1:");
    stage->listening = wire_listen(&stage->port);
}

static void a_name_that_is_none(void **state)
{
    struct stage *stage = *state;

    start(stage, "nothing.invalid", 443, WIRE_WAIT_MS);
    check_failure(stage, ERR_RESOLVE, "resolve failed: nothing.invalid:443");
}

/* Nothing of it may come later. */
static void a_dial_can_be_cancelled_at_any_time(void **state)
{
    struct stage *stage = *state;

    for (unsigned turns = 0; turns < 4; turns++) {
        start(stage, turns % 2 ? "nothing.invalid" : "127.0.0.1", stage->port,
              WIRE_WAIT_MS);
        wire_turn_for(stage->loop, turns / 2);
        dial_free(stage->dial);
        stage->dial = NULL;
        stage->wakes = 0;
        wire_turn_for(stage->loop, 5);
        assert_int_equal(stage->wakes, 0);
    }
    start(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    finish(stage);
    assert_int_equal(dial_state(stage->dial), DIAL_DONE); /* and never taken */
}

/* ---- through an HTTP proxy ---------------------------------------------- */

static void an_http_proxy(void **state)
{
    static const char *const passwords[] = { NULL, PASSWORD };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        use_proxy(stage, "http", passwords[i]);
        start(stage, "api.invalid", 443, WIRE_WAIT_MS);
        wire_close(&stage->peer);
        wire_accept(&stage->peer, stage->loop, stage->listening);
        wire_expect(&stage->peer, "\r\n\r\n");
        assert_int_equal(wire_count(&stage->peer,
                                    "CONNECT api.invalid:443 HTTP/1.1\r\n"),
                         1);
        assert_int_equal(wire_count(&stage->peer, BASIC), i);
        assert_int_equal(wire_count(&stage->peer, "Authorization"), i);
        wire_send(&stage->peer, "HTTP/1.1 200 Connection established\r\n\r\n");
        check_success(stage);
    }
}

static const struct {
    const char *answer; /* of the proxy, then it closes */
    const char *part;
} refusals[] = {
    { "HTTP/1.1 407 Proxy Authentication Required\r\n"
      "Proxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n",
      "407" },
    { "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403" },
    { "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno!", "502" },
    { "", "proxy failed: proxy 127.0.0.1:" },
    { "SSH-2.0-x\r\n", "proxy failed: proxy 127.0.0.1:" },
};

static void an_http_proxy_that_refuses(void **state)
{
    struct stage *stage = *state;

    use_proxy(stage, "http", PASSWORD);
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        start(stage, "127.0.0.1", 443, WIRE_WAIT_MS);
        wire_close(&stage->peer);
        wire_accept(&stage->peer, stage->loop, stage->listening);
        wire_expect(&stage->peer, "\r\n\r\n");
        wire_send(&stage->peer, refusals[i].answer);
        wire_half_close(&stage->peer);
        check_failure(stage, ERR_PROXY, "proxy failed: proxy 127.0.0.1:");
        unit_assert_part(dial_error(stage->dial)->text, refusals[i].part);
    }
}

/* An address is an address, not a host and a port. */
static void an_ipv6_proxy(void **state)
{
    struct stage *stage = *state;
    struct err err;

    stage->proxy = proxy_new(&(struct proxy_parts){ .type = STR("http"),
                                                    .host = STR("::1"),
                                                    .port = 1 },
                             &err);
    assert_non_null(stage->proxy);
    start(stage, "127.0.0.1", 443, WIRE_WAIT_MS);
    check_failure(stage, ERR_PROXY, "proxy failed: proxy ::1:1: ");
    assert_null(strstr(dial_error(stage->dial)->text, "resolve"));
    assert_null(strstr(dial_error(stage->dial)->text, "syntax"));
}

static void a_proxy_that_is_not_there(void **state)
{
    struct stage *stage = *state;

    use_proxy(stage, "http", NULL);
    (void)close(stage->listening);
    start(stage, "127.0.0.1", 443, WIRE_WAIT_MS);
    check_failure(stage, ERR_PROXY, "proxy failed: proxy 127.0.0.1:");
    stage->listening = wire_listen(&stage->port);
}

static void a_proxy_that_says_nothing(void **state)
{
    static const char *const types[] = { "http", "socks5" };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        use_proxy(stage, types[i], PASSWORD);
        start(stage, "api.invalid", 443, 50);
        check_failure(stage, ERR_TIMEOUT, "proxy failed: proxy 127.0.0.1:");
    }
}

/* ---- through SOCKS5 ----------------------------------------------------- */

static bool has_bytes(void *arg)
{
    struct wire *wire = arg;

    wire_read(wire);
    return wire->got.len > 0;
}

/* The next words of the client; they are forgotten when the next come. */
static struct str heard(struct stage *stage)
{
    buf_clear(&stage->peer.got);
    wire_until(stage->loop, has_bytes, &stage->peer);
    return buf_str(&stage->peer.got);
}

static void check_heard(struct stage *stage, struct str want)
{
    struct str got = heard(stage);

    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.at, want.at, want.len);
}

static void greet(struct stage *stage, bool with_password)
{
    struct str got = heard(stage);
    char wanted = with_password ? 2 : 0;

    assert_int_equal(got.at[0], 5);
    assert_int_equal(got.len, 2 + (size_t)got.at[1]);
    assert_non_null(memchr(got.at + 2, wanted, got.len - 2));
    wire_send_str(&stage->peer, (struct str){ wanted ? "\5\2" : "\5\0", 2 });
    if (with_password)
        check_heard(stage, STR("\1\4user\xd" PASSWORD));
}

static void socks5(void **state)
{
    static const char *const passwords[] = { NULL, PASSWORD };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        use_proxy(stage, "socks5", passwords[i]);
        start(stage, "api.invalid", 443, WIRE_WAIT_MS);
        wire_close(&stage->peer);
        wire_accept(&stage->peer, stage->loop, stage->listening);
        greet(stage, passwords[i] != NULL);
        if (passwords[i])
            wire_send_str(&stage->peer, STR("\1\0"));
        /* The name goes to the proxy as it is: nothing is looked up here. */
        check_heard(stage, STR("\5\1\0\3\xb"
                               "api.invalid\1\xbb"));
        wire_send_str(&stage->peer, STR("\5\0\0\1\0\0\0\0\0\0"));
        check_success(stage);
    }
}

static void socks5_that_refuses_the_password(void **state)
{
    struct stage *stage = *state;

    use_proxy(stage, "socks5", PASSWORD);
    start(stage, "api.invalid", 443, WIRE_WAIT_MS);
    wire_accept(&stage->peer, stage->loop, stage->listening);
    greet(stage, true);
    wire_send_str(&stage->peer, STR("\1\1"));
    check_failure(stage, ERR_PROXY, "proxy failed: proxy 127.0.0.1:");
}

static void socks5_that_cannot_connect(void **state)
{
    struct stage *stage = *state;

    use_proxy(stage, "socks5", NULL);
    start(stage, "api.invalid", 443, WIRE_WAIT_MS);
    wire_accept(&stage->peer, stage->loop, stage->listening);
    greet(stage, false);
    (void)heard(stage);
    wire_send_str(&stage->peer, STR("\5\5\0\1\0\0\0\0\0\0"));
    check_failure(stage, ERR_PROXY, "proxy failed: proxy 127.0.0.1:");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_direct_way),
        ROW(the_environment_is_not_asked),
        ROW(nobody_listens),
        ROW(a_name_that_is_none),
        ROW(a_dial_can_be_cancelled_at_any_time),
        ROW(an_http_proxy),
        ROW(an_http_proxy_that_refuses),
        ROW(an_ipv6_proxy),
        ROW(a_proxy_that_is_not_there),
        ROW(a_proxy_that_says_nothing),
        ROW(socks5),
        ROW(socks5_that_refuses_the_password),
        ROW(socks5_that_cannot_connect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
