// SPDX-License-Identifier: MIT
/* A call over TLS whose upstream says more than an answer with one send(): its own
   end, or something that is no record. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/stream_internal.h"
#include "scene.h"
#include "sim/certificate.h"
#include "upstream/call_internal.h"

#define ANSWER "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
#define HEAD_ONLY "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok"
#define CHUNK "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n"
#define RECORD_HEAD "\x17\x03\x03\x00\x20"

/* The upstream: a TLS server of the same loop. */
struct side {
    struct scene *scene;
    char *folder;
    struct tls *server_tls;
    struct tls *client_tls;
    struct stream *stream;
    enum stream_status secured;
    enum stream_status end; /* STREAM_OK: not yet */
    struct buf got;
};

static void make_trust(struct side *side)
{
    struct err err;
    char *cert;
    char *key;

    side->folder = unit_folder_new();
    cert = mem_strdup(unit_path(side->folder, "cert"));
    key = mem_strdup(unit_path(side->folder, "key"));
    assert_true(certificate_write(cert, key, &err));
    side->server_tls = tls_server_new(cert, key, &err);
    side->client_tls = tls_client_new(cert, &err);
    assert_non_null(side->server_tls);
    assert_non_null(side->client_tls);
    mem_free(cert);
    mem_free(key);
}

static int side_open(void **state)
{
    struct side *side = MEM_NEW(struct side);
    void *scene;

    (void)scene_open(&scene);
    side->scene = scene;
    make_trust(side);
    origin_free(side->scene->origin);
    side->scene->origin =
        origin_new(STR("127.0.0.1"), side->scene->port, side->client_tls);
    side->scene->options.origin = side->scene->origin;
    buf_init(&side->got, 4096);
    *state = side;
    return 0;
}

static int side_close(void **state)
{
    struct side *side = *state;
    void *scene = side->scene;

    stream_free(side->stream);
    (void)scene_close(&scene);
    tls_free(side->server_tls);
    tls_free(side->client_tls);
    unit_folder_free(side->folder);
    buf_done(&side->got);
    mem_free(side);
    return 0;
}

static void read_request(struct side *side)
{
    struct str data;
    enum stream_status status = stream_read(side->stream, &data);

    if (status == STREAM_OK)
        buf_add(&side->got, data);
    if (status == STREAM_EOF || status == STREAM_BROKEN) {
        side->end = status;
        stream_want(side->stream, 0);
    }
}

static void ready(void *arg, unsigned what)
{
    struct side *side = arg;

    (void)what;
    if (side->secured == STREAM_AGAIN)
        side->secured = stream_secure(side->stream);
    if (side->secured == STREAM_OK)
        read_request(side);
}

static bool is_asked(void *arg)
{
    const struct side *side = arg;

    return str_contains(buf_str(&side->got), STR("\r\n\r\n"));
}

/* Until the upstream has read the whole request. */
static void ask(struct side *side)
{
    struct scene *scene = side->scene;

    scene_begin(scene);
    (void)fcntl(scene->peer.fd, F_SETFL, O_NONBLOCK);
    side->secured = STREAM_AGAIN;
    side->stream = stream_new(scene->loop, scene->peer.fd, ready, side);
    scene->peer.fd = -1;
    stream_start_server_tls(side->stream, side->server_tls);
    wire_until(scene->loop, is_asked, side);
}

static void say(struct side *side, const char *text)
{
    struct str part = str_of(text);

    assert_int_equal(stream_write(side->stream, &part, 1), STREAM_OK);
}

/* The connection itself stays open. */
static void say_goodbye(struct side *side)
{
    side->stream->pipe.staged = 0;
    (void)SSL_shutdown(side->stream->ssl);
    stream_send_raw(side->stream,
                    &(struct str){ side->stream->pipe.stage,
                                   side->stream->pipe.staged },
                    1);
    stream_push(side->stream);
}

static void say_nonsense(struct side *side)
{
    char record[5 + 32] = RECORD_HEAD;

    stream_send_raw(side->stream, &(struct str){ record, sizeof(record) }, 1);
    stream_push(side->stream);
}

static void an_ended_connection_is_not_kept(void **state)
{
    struct side *side = *state;

    ask(side);
    say(side, ANSWER);
    say_goodbye(side);
    scene_until_end(side->scene);
    assert_int_equal(side->scene->end, CALL_END);
    assert_int_equal(scene_idle(side->scene), 0);
}

static void nor_is_a_broken_one(void **state)
{
    struct side *side = *state;

    ask(side);
    say(side, ANSWER);
    say_nonsense(side);
    scene_until_end(side->scene);
    assert_int_equal(side->scene->end, CALL_END);
    assert_int_equal(scene_idle(side->scene), 0);
}

static void an_idle_one_that_says_goodbye_leaves_the_pool(void **state)
{
    struct side *side = *state;

    ask(side);
    say(side, ANSWER);
    scene_until_end(side->scene);
    assert_int_equal(scene_idle(side->scene), 1);
    say_goodbye(side);
    wire_turn_for(side->scene->loop, 3);
    assert_int_equal(scene_idle(side->scene), 0);
}

/* Not when the connection ends, which it never does here. */
static void an_end_behind_bytes_is_seen_with_them(void **state)
{
    struct side *side = *state;

    ask(side);
    say(side, HEAD_ONLY);
    say_goodbye(side);
    scene_until_end(side->scene);
    assert_int_equal(side->scene->end, CALL_END);
    unit_assert_str(buf_str(&side->scene->decoded), "ok");
}

static bool has_heard_the_end(void *arg)
{
    const struct side *side = arg;

    return side->end != STREAM_OK;
}

/* And the upstream is told why. */
static void a_break_behind_bytes_is_seen_with_them(void **state)
{
    struct side *side = *state;

    ask(side);
    say(side, CHUNK);
    say_nonsense(side);
    scene_until_end(side->scene);
    assert_int_equal(side->scene->end, CALL_CUT);
    unit_assert_str(buf_str(&side->scene->decoded), "ok");
    unit_assert_part(call_error(side->scene->call)->text, "bad record mac");
    wire_until(side->scene->loop, has_heard_the_end, side);
    unit_assert_part(stream_error(side->stream), "alert bad record mac");
}

static void an_end_behind_part_of_a_head_is_seen_with_it(void **state)
{
    static const char *const parts[] = { "HTTP/1.1 200 OK\r\ncontent-le",
                                         "HTTP/1.1 100 Continue\r\n\r\n" };
    struct side *side = *state;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        ask(side);
        say(side, parts[i]);
        say_goodbye(side);
        scene_until_end(side->scene);
        assert_int_equal(call_error(side->scene->call)->code, ERR_FIRST_BYTE);
        stream_free(side->stream);
        side->stream = NULL;
        buf_clear(&side->got);
    }
}

/* Nobody asked for it, and its rest would be taken for the next answer. */
static void a_connection_with_part_of_a_record_is_not_taken(void **state)
{
    struct side *side = *state;

    for (size_t len = 1; len <= sizeof(RECORD_HEAD); len++) {
        struct str part = { RECORD_HEAD "x", len };

        ask(side);
        say(side, ANSWER);
        stream_send_raw(side->stream, &part, 1);
        scene_until_end(side->scene);
        wire_turn_for(side->scene->loop, 3);
        assert_null(upstream_take(side->scene->upstream, side->scene->origin,
                                  NULL, false));
        assert_int_equal(scene_idle(side->scene), 0);
        stream_free(side->stream);
        side->stream = NULL;
        buf_clear(&side->got);
    }
}

/* Our alert is lost; the request is not, and must not be repeated for it. */
static void a_lost_alert_is_no_lost_request(void **state)
{
    struct side *side = *state;

    ask(side);
    (void)shutdown(side->scene->call->link->stream->fd, SHUT_WR);
    say_nonsense(side);
    scene_until_end(side->scene);
    assert_int_equal(call_error(side->scene->call)->code, ERR_FIRST_BYTE);
    assert_true(call_facts(side->scene->call).sent);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, side_open, side_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(an_ended_connection_is_not_kept),
        ROW(nor_is_a_broken_one),
        ROW(an_idle_one_that_says_goodbye_leaves_the_pool),
        ROW(an_end_behind_bytes_is_seen_with_them),
        ROW(a_break_behind_bytes_is_seen_with_them),
        ROW(an_end_behind_part_of_a_head_is_seen_with_it),
        ROW(a_connection_with_part_of_a_record_is_not_taken),
        ROW(a_lost_alert_is_no_lost_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
