// SPDX-License-Identifier: MIT
/* Dialling: directly and through proxies that the test plays; how it fails is in
   test_dial_steps.c. */
#include "upstream/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

/* The socket leads to the peer, both ways. */
static void check_success(struct stage *stage)
{
    char byte = 0;
    int fd;

    stage_finish(stage);
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
        stage_begin(stage, hosts[i], stage->port, WIRE_WAIT_MS);
        check_success(stage);
    }
}

/* A path that ends while the upstream thinks is noticed. */
static void idle_connections_are_probed(void **state)
{
    struct stage *stage = *state;
    int on = 0;
    int idle_s = 0;
    socklen_t len = sizeof(int);
    int fd;

    stage_begin(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    fd = stage_take(stage);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len), 0);
    assert_true(on);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &len),
                     0);
    assert_int_equal(idle_s, 30);
    (void)close(fd);
}

/* ---- the environment does not decide: our configuration does ------------ */

static void set_all(const char *const *names, const char *value)
{
    for (; *names; names++) {
        if (value)
            (void)setenv(*names, value, 1);
        else
            (void)unsetenv(*names);
    }
}

static const char *const proxy_names[] = { "http_proxy",  "HTTP_PROXY",
                                           "https_proxy", "HTTPS_PROXY",
                                           "all_proxy",   "ALL_PROXY",
                                           NULL };
static const char *const exception_names[] = { "no_proxy", "NO_PROXY", NULL };

static void the_environment_brings_in_no_proxy(void **state)
{
    static const char *const proxies[] = { "http://127.0.0.1:1/",
                                           "socks5://127.0.0.1:1/" };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(proxies); i++) {
        set_all(proxy_names, proxies[i]);
        stage_begin(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
        check_success(stage);
    }
    set_all(proxy_names, NULL);
}

static void the_environment_passes_no_proxy_by(void **state)
{
    static const char *const exceptions[] = { "*", "127.0.0.1", "example.com",
                                              ".com,localhost" };
    struct stage *stage = *state;

    stage_use_proxy(stage, "http", NULL);
    set_all(proxy_names, "http://127.0.0.1:1/");
    for (size_t i = 0; i < COUNT_OF(exceptions); i++) {
        set_all(exception_names, exceptions[i]);
        stage_begin(stage, i == 1 ? "127.0.0.1" : "example.com", stage->port,
                    WIRE_WAIT_MS);
        wire_expect(&stage->peer, "CONNECT ");
        wire_expect(&stage->peer, "\r\n\r\n");
        wire_send(&stage->peer, "HTTP/1.1 200 OK\r\n\r\n");
        check_success(stage);
    }
    set_all(exception_names, NULL);
    set_all(proxy_names, NULL);
}

static bool relieve(void *arg)
{
    unsigned *left = arg;

    return *left > 0 && (*left)-- > 0;
}

/* Descriptors from 1 on are for others: there are none. */
static void a_dial_leaves_what_is_kept_back(void **state)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost" };
    struct stage *stage = *state;
    unsigned idle = 3;

    dialer_keep_back(stage->dialer, 1, relieve, &idle);
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        stage_start(stage, hosts[i], stage->port, WIRE_WAIT_MS);
        stage_check_failure(stage, ERR_CONNECT, "connect failed: ");
        unit_assert_part(dial_error(stage->dial)->text,
                         "too many open files (limit ");
    }
    assert_int_equal(idle, 0);
    dialer_keep_back(stage->dialer, 0, NULL, NULL);
    stage_begin(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    check_success(stage);
}

/* A proxy is dialled with the same socket. */
static void nor_does_a_proxy_get_it(void **state)
{
    struct stage *stage = *state;

    stage_use_proxy(stage, "http", NULL);
    dialer_keep_back(stage->dialer, 1, NULL, NULL);
    stage_start(stage, "api.test", 443, WIRE_WAIT_MS);
    stage_check_failure(stage, ERR_CONNECT, "proxy connect failed: ");
    unit_assert_part(dial_error(stage->dial)->text,
                     "too many open files (limit ");
}

/* Nothing of it may come later. */
static void a_dial_can_be_cancelled_at_any_time(void **state)
{
    struct stage *stage = *state;

    for (unsigned turns = 0; turns < 4; turns++) {
        stage_start(stage, turns % 2 ? "nothing.invalid" : "127.0.0.1",
                    stage->port, WIRE_WAIT_MS);
        wire_turn_for(stage->loop, turns / 2);
        dial_free(stage->dial);
        stage->dial = NULL;
        stage->wakes = 0;
        wire_turn_for(stage->loop, 5);
        assert_int_equal(stage->wakes, 0);
    }
    stage_start(stage, "127.0.0.1", stage->port, WIRE_WAIT_MS);
    stage_finish(stage);
    assert_int_equal(dial_state(stage->dial), DIAL_DONE); /* and never taken */
}

/* ---- through an HTTP proxy ---------------------------------------------- */

static void an_http_proxy(void **state)
{
    static const char *const passwords[] = { NULL, PASSWORD };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        stage_use_proxy(stage, "http", passwords[i]);
        stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
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

/* `credential`: as SOCKS5 tells it; or none. */
static void greet(struct stage *stage, struct str credential)
{
    struct str got = heard(stage);
    char wanted = credential.len > 0 ? 2 : 0;

    assert_int_equal(got.at[0], 5);
    assert_int_equal(got.len, 2 + (size_t)got.at[1]);
    assert_non_null(memchr(got.at + 2, wanted, got.len - 2));
    wire_send_str(&stage->peer, (struct str){ wanted ? "\5\2" : "\5\0", 2 });
    if (credential.len > 0)
        check_heard(stage, credential);
}

static void socks5(void **state)
{
    static const char *const passwords[] = { NULL, PASSWORD };
    struct stage *stage = *state;

    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        stage_use_proxy(stage, "socks5", passwords[i]);
        stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
        greet(stage, passwords[i] ? STR("\1\4user\xd" PASSWORD) : STR_EMPTY);
        if (passwords[i])
            wire_send_str(&stage->peer, STR("\1\0"));
        /* The name goes to the proxy as it is: nothing is looked up here. */
        check_heard(stage, STR("\5\1\0\3\xb"
                               "api.invalid\1\xbb"));
        wire_send_str(&stage->peer, STR("\5\0\0\1\0\0\0\0\0\0"));
        check_success(stage);
    }
}

/* Names with what separates them elsewhere, too. */
static void a_socks5_name_is_any_text(void **state)
{
    struct stage *stage = *state;
    struct err err;

    proxy_unref(stage->proxy);
    stage->proxy = proxy_new(&(struct proxy_parts){ .type = STR("socks5"),
                                                    .host = STR("127.0.0.1"),
                                                    .port = stage->port,
                                                    .username = STR(":%3A@;a"),
                                                    .password = STR(";:%") },
                             &err);
    stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
    greet(stage, STR("\1\7:%3A@;a\3;:%"));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_direct_way),
        ROW(a_dial_leaves_what_is_kept_back),
        ROW(nor_does_a_proxy_get_it),
        ROW(idle_connections_are_probed),
        ROW(the_environment_brings_in_no_proxy),
        ROW(the_environment_passes_no_proxy_by),
        ROW(a_dial_can_be_cancelled_at_any_time),
        ROW(an_http_proxy),
        ROW(socks5),
        ROW(a_socks5_name_is_any_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
