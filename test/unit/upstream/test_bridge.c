// SPDX-License-Identifier: MIT
/* An https proxy, played here with TLS: what a caller sees of a connection that
   libcurl holds. */
#include "upstream/bridge.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/stream.h"
#include "sim/certificate.h"
#include "stage.h"

#define BIG (8u * 1024 * 1024)

struct side {
    struct stage *stage;
    struct tls *tls;
    struct stream *stream; /* the proxy's end */
    enum stream_status secured;
    enum stream_status end;
    struct buf got;
    struct wire caller; /* what the dial gave */
    char *folder;
};

static int open_side(void **state)
{
    struct side *side = MEM_NEW(struct side);
    void *stage = NULL;
    struct err err;
    char *cert;
    char *key;

    (void)stage_open(&stage);
    side->stage = stage;
    side->folder = unit_folder_new();
    cert = mem_strdup(unit_path(side->folder, "cert"));
    key = mem_strdup(unit_path(side->folder, "key"));
    assert_true(certificate_write(cert, key, &err));
    side->tls = tls_server_new(cert, key, &err);
    assert_non_null(side->tls);
    dialer_free(side->stage->dialer);
    side->stage->dialer = dialer_new(side->stage->loop, cert);
    side->caller.fd = -1;
    buf_init(&side->got, BIG * 2);
    stage_use_proxy(side->stage, "https", PASSWORD);
    mem_free(cert);
    mem_free(key);
    *state = side;
    return 0;
}

static void hang_up(struct side *side)
{
    stream_free(side->stream);
    side->stream = NULL;
    buf_done(&side->got);
    wire_close(&side->caller);
}

static int close_side(void **state)
{
    struct side *side = *state;
    void *stage = side->stage;

    hang_up(side);
    (void)stage_close(&stage);
    tls_free(side->tls);
    unit_folder_free(side->folder);
    mem_free(side);
    return 0;
}

static void ready(void *arg, unsigned what)
{
    struct side *side = arg;
    struct str data;
    enum stream_status status;

    (void)what;
    if (side->secured == STREAM_AGAIN)
        side->secured = stream_secure(side->stream);
    if (side->secured != STREAM_OK) {
        if (side->secured == STREAM_BROKEN)
            stream_want(side->stream, 0);
        return;
    }
    status = stream_read(side->stream, &data);
    if (status == STREAM_OK)
        buf_add(&side->got, data);
    if (status == STREAM_EOF || status == STREAM_BROKEN) {
        side->end = status;
        stream_want(side->stream, 0);
    }
}

/* Start dialling, and let the proxy accept. */
static void call_on(struct side *side)
{
    struct stage *stage = side->stage;

    hang_up(side);
    side->secured = STREAM_AGAIN;
    side->end = STREAM_OK;
    stage_begin(stage, "api.invalid", 443, WIRE_WAIT_MS);
    (void)fcntl(stage->peer.fd, F_SETFL, O_NONBLOCK);
    side->stream = stream_new(stage->loop, stage->peer.fd, ready, side);
    stage->peer.fd = -1;
    stream_start_server_tls(side->stream, side->tls);
}

static bool has_connect(void *arg)
{
    struct side *side = arg;

    return str_contains(buf_str(&side->got), STR("\r\n\r\n"));
}

static void say(struct side *side, struct str bytes)
{
    (void)stream_write(side->stream, &bytes, 1);
}

/* The proxy has accepted, and the caller has its end. */
static void connect_both(struct side *side)
{
    call_on(side);
    wire_until(side->stage->loop, has_connect, side);
    assert_true(str_contains(buf_str(&side->got), STR(BASIC)));
    assert_true(str_starts(buf_str(&side->got),
                           STR("CONNECT api.invalid:443 HTTP/1.1\r\n")));
    buf_clear(&side->got);
    say(side, STR("HTTP/1.1 200 OK\r\n\r\n"));
    wire_adopt(&side->caller, side->stage->loop, stage_take(side->stage));
}

static bool has_big(void *arg)
{
    const struct buf *got = arg;

    return got->len >= BIG;
}

static bool caller_has_big(void *arg)
{
    struct side *side = arg;

    wire_read(&side->caller);
    return side->caller.got.len >= BIG;
}

static bool is_over(void *arg)
{
    const struct side *side = arg;

    return side->end != STREAM_OK;
}

static char *big(void)
{
    char *bytes = mem_alloc(BIG);

    for (size_t i = 0; i < BIG; i++)
        bytes[i] = (char)(i * 31 + i / 4096);
    return bytes;
}

/* ---- going well --------------------------------------------------------- */

static void bytes_pass_both_ways(void **state)
{
    struct side *side = *state;
    char *bytes = big();

    connect_both(side);
    wire_send_str(&side->caller, (struct str){ bytes, BIG });
    wire_until(side->stage->loop, has_big, &side->got);
    assert_int_equal(side->got.len, BIG);
    assert_memory_equal(buf_str(&side->got).at, bytes, BIG);
    say(side, (struct str){ bytes, BIG });
    wire_until(side->stage->loop, caller_has_big, side);
    assert_int_equal(side->caller.got.len, BIG);
    assert_memory_equal(buf_str(&side->caller.got).at, bytes, BIG);
    mem_free(bytes);
}

/* A record may come whole while only part of it is wanted: nothing must stay
   inside libcurl. */
static void every_size_arrives_at_once(void **state)
{
    static const size_t sizes[] = { 1, 2, 100, 16383, 16384, 16385, 70000 };
    struct side *side = *state;
    char *bytes = big();

    connect_both(side);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        buf_clear(&side->caller.got);
        say(side, (struct str){ bytes, sizes[i] });
        for (int n = 0; n < 1000 && side->caller.got.len < sizes[i]; n++) {
            wire_turn(side->stage->loop);
            wire_read(&side->caller);
        }
        assert_int_equal(side->caller.got.len, sizes[i]);
    }
    mem_free(bytes);
}

/* ---- pressure ----------------------------------------------------------- */

static void a_slow_caller_slows_the_proxy(void **state)
{
    struct side *side = *state;
    char *bytes = big();

    connect_both(side);
    say(side, (struct str){ bytes, BIG });
    wire_turn_for(side->stage->loop, 50);
    assert_true(stream_queued(side->stream) > BIG / 4);
    wire_until(side->stage->loop, caller_has_big, side);
    assert_memory_equal(buf_str(&side->caller.got).at, bytes, BIG);
    mem_free(bytes);
}

static void a_slow_proxy_slows_the_caller(void **state)
{
    struct side *side = *state;
    char *bytes = big();
    size_t sent = 0;
    ssize_t len = 1;

    connect_both(side);
    stream_want(side->stream, 0);
    for (int quiet = 0; quiet < 20; quiet++) {
        len = send(side->caller.fd, bytes, 65536, MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += len > 0 ? (size_t)len : 0;
        assert_true(sent < BIG * 4);
        if (len > 0)
            quiet = 0;
        wire_turn(side->stage->loop);
    }
    assert_int_equal(side->got.len, 0);
    stream_want(side->stream, STREAM_READABLE);
    for (int n = 0; n < 5000 && side->got.len < sent; n++)
        wire_turn(side->stage->loop);
    assert_int_equal(side->got.len, sent);
    mem_free(bytes);
}

/* Level-triggered events that nobody acts on would keep the thread spinning. */
static void waiting_takes_no_time(void **state)
{
    struct side *side = *state;
    char *bytes = big();

    connect_both(side);
    say(side, (struct str){ bytes, BIG }); /* the caller does not read */
    wire_turn_for(side->stage->loop, 50);
    wire_check_calm(side->stage->loop);
    connect_both(side);
    stream_shutdown(side->stream); /* half of it is over */
    wire_expect_end(&side->caller);
    wire_check_calm(side->stage->loop);
    mem_free(bytes);
}

/* ---- ends --------------------------------------------------------------- */

static void the_end_of_the_proxy_is_an_end_behind_its_bytes(void **state)
{
    struct side *side = *state;

    connect_both(side);
    say(side, STR("last words"));
    stream_shutdown(side->stream);
    wire_expect_end(&side->caller);
    unit_assert_str(buf_str(&side->caller.got), "last words");
    wire_send(&side->caller, "still talking");
    for (int n = 0; n < 1000 && side->got.len < 13; n++)
        wire_turn(side->stage->loop);
    unit_assert_str(buf_str(&side->got), "still talking");
}

static void a_cut_is_an_end_too(void **state)
{
    struct side *side = *state;

    connect_both(side);
    say(side, STR("half a"));
    wire_turn_for(side->stage->loop, 5);
    stream_reset_on_free(side->stream);
    stream_free(side->stream);
    side->stream = NULL;
    wire_expect_end(&side->caller);
    assert_true(str_starts(STR("half a"), buf_str(&side->caller.got)));
}

static void a_caller_that_leaves_ends_it(void **state)
{
    struct side *side = *state;

    connect_both(side);
    wire_close(&side->caller);
    wire_until(side->stage->loop, is_over, side);

    /* Even if its words wait for a proxy that takes none, */
    connect_both(side);
    stream_want(side->stream, 0);
    for (int n = 0; n < 200; n++) {
        char bytes[65536] = "";

        (void)!send(side->caller.fd, bytes, sizeof(bytes),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n % 10 == 0)
            wire_turn(side->stage->loop);
    }
    wire_close(&side->caller);
    wire_turn_for(side->stage->loop, 3);
    stream_want(side->stream, STREAM_READABLE);
    wire_until(side->stage->loop, is_over, side);

    /* or if there are bytes that it never read. */
    connect_both(side);
    say(side, STR("unread"));
    wire_turn_for(side->stage->loop, 5);
    wire_close(&side->caller);
    wire_until(side->stage->loop, is_over, side);
}

static void the_dialer_takes_its_bridges_with_it(void **state)
{
    struct side *side = *state;
    struct stage *stage = side->stage;

    connect_both(side);
    dial_free(stage->dial);
    stage->dial = NULL;
    dialer_free(stage->dialer);
    stage->dialer = dialer_new(stage->loop, NULL);
    wire_expect_end(&side->caller);
    wire_until(stage->loop, is_over, side);
}

static void an_untaken_one_is_closed(void **state)
{
    struct side *side = *state;

    call_on(side);
    wire_until(side->stage->loop, has_connect, side);
    say(side, STR("HTTP/1.1 200 OK\r\n\r\n"));
    stage_finish(side->stage);
    dial_free(side->stage->dial);
    side->stage->dial = NULL;
    wire_until(side->stage->loop, is_over, side);
}

/* ---- whom it trusts ----------------------------------------------------- */

static void a_certificate_nobody_trusts_is_refused(void **state)
{
    struct side *side = *state;
    struct stage *stage = side->stage;

    dialer_free(stage->dialer);
    stage->dialer = dialer_new(stage->loop, NULL);
    call_on(side);
    stage_check_failure(stage, ERR_PROXY, "proxy TLS failed: 127.0.0.1:");
    unit_assert_part(dial_error(stage->dial)->text, "certificate");
    assert_int_equal(side->got.len, 0);
    assert_int_equal(dial_times(stage->dial).reached, DIAL_PROXY_TLS);
}

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&at, len), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* The certificate is for localhost, 127.0.0.1 and ::1. */
static void a_certificate_of_somebody_else_is_refused(void **state)
{
    struct side *side = *state;
    struct stage *stage = side->stage;
    struct err err;

    proxy_unref(stage->proxy);
    (void)close(stage->listening);
    stage->listening = listen_anywhere(&stage->port);
    stage->proxy = proxy_new(&(struct proxy_parts){ .type = STR("https"),
                                                    .host = STR("127.0.0.2"),
                                                    .port = stage->port,
                                                    .username = STR("user"),
                                                    .password = STR(PASSWORD) },
                             &err);
    call_on(side);
    stage_check_failure(stage, ERR_PROXY, "proxy TLS failed: 127.0.0.2:");
    assert_int_equal(side->got.len, 0);
    assert_int_equal(dial_times(stage->dial).reached, DIAL_PROXY_TLS);
}

static void a_file_that_is_gone_is_told(void **state)
{
    struct side *side = *state;
    struct stage *stage = side->stage;

    dialer_free(stage->dialer);
    stage->dialer = dialer_new(stage->loop, "/nowhere/ca.pem");
    call_on(side);
    stage_check_failure(stage, ERR_PROXY, "/nowhere/ca.pem");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, open_side, close_side)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(bytes_pass_both_ways),
        ROW(every_size_arrives_at_once),
        ROW(a_slow_caller_slows_the_proxy),
        ROW(a_slow_proxy_slows_the_caller),
        ROW(waiting_takes_no_time),
        ROW(the_end_of_the_proxy_is_an_end_behind_its_bytes),
        ROW(a_cut_is_an_end_too),
        ROW(a_caller_that_leaves_ends_it),
        ROW(the_dialer_takes_its_bridges_with_it),
        ROW(an_untaken_one_is_closed),
        ROW(a_certificate_nobody_trusts_is_refused),
        ROW(a_certificate_of_somebody_else_is_refused),
        ROW(a_file_that_is_gone_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
