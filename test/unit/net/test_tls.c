// SPDX-License-Identifier: MIT
/* TLS: two streams of one loop talk to each other, or to a wire that cuts. */
#include "net/tls.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/stream_internal.h"
#include "sim/certificate.h"
#include "unit.h"
#include "wire.h"

#define BIG (8u * 1024 * 1024)

/* One side of a connection. */
struct side {
    struct stream *stream;
    enum stream_status secured; /* STREAM_AGAIN: not yet */
    enum stream_status end;     /* STREAM_OK: not yet */
    struct buf got;
    bool waits; /* with reading, once it is secured */
};

struct scene {
    char *folder;
    struct loop *loop;
    struct tls *server_tls;
    struct tls *client_tls;
    struct tls_slot *slot;
    struct side client;
    struct side server;
};

static char *path_of(const struct scene *scene, const char *name)
{
    return mem_strdup(unit_path(scene->folder, name));
}

static int scene_open(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;
    char *cert;
    char *key;

    scene->folder = unit_folder_new();
    cert = path_of(scene, "cert");
    key = path_of(scene, "key");
    assert_true(certificate_write(cert, key, &err));
    scene->loop = loop_new();
    scene->server_tls = tls_server_new(cert, key, &err);
    scene->client_tls = tls_client_new(cert, &err);
    scene->slot = tls_slot_new();
    assert_non_null(scene->server_tls);
    assert_non_null(scene->client_tls);
    mem_free(cert);
    mem_free(key);
    *state = scene;
    return 0;
}

static void side_close(struct side *side)
{
    stream_free(side->stream);
    buf_done(&side->got);
    *side = (struct side){ 0 };
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    side_close(&scene->client);
    side_close(&scene->server);
    tls_free(scene->server_tls);
    tls_free(scene->client_tls);
    tls_slot_free(scene->slot);
    loop_free(scene->loop);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void read_all(struct side *side)
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
    if (side->secured == STREAM_OK && !side->waits)
        read_all(side);
    else if (side->secured != STREAM_AGAIN)
        stream_want(side->stream, 0);
}

static void side_open(struct scene *scene, struct side *side, int fd)
{
    *side = (struct side){ .secured = STREAM_AGAIN };
    buf_init(&side->got, BIG * 2);
    side->stream = stream_new(scene->loop, fd, ready, side);
}

static void start_client(struct scene *scene, int fd, const char *host)
{
    side_open(scene, &scene->client, fd);
    stream_start_client_tls(scene->client.stream, scene->client_tls,
                            scene->slot, host);
    scene->client.secured = stream_secure(scene->client.stream);
}

static void connect_both(struct scene *scene, const char *host)
{
    int ends[2];

    side_close(&scene->client);
    side_close(&scene->server);
    wire_pair(ends);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    side_open(scene, &scene->server, ends[1]);
    stream_start_server_tls(scene->server.stream, scene->server_tls);
    start_client(scene, ends[0], host);
}

static bool client_decided(void *arg)
{
    const struct scene *scene = arg;

    return scene->client.secured != STREAM_AGAIN;
}

static bool both_secured(void *arg)
{
    const struct scene *scene = arg;

    return scene->client.secured == STREAM_OK &&
           scene->server.secured == STREAM_OK;
}

static void write_text(struct side *side, struct str text)
{
    assert_int_equal(stream_write(side->stream, &text, 1), STREAM_OK);
}

struct goal {
    const struct side *side;
    size_t len;
};

static bool has_got(void *arg)
{
    const struct goal *goal = arg;

    return goal->side->got.len >= goal->len;
}

static void until_got(struct scene *scene, const struct side *side, size_t len)
{
    struct goal goal = { side, len };

    wire_until(scene->loop, has_got, &goal);
}

static bool has_ended(void *arg)
{
    const struct side *side = arg;

    return side->end != STREAM_OK;
}

static void both_sides_understand_each_other(void **state)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1", "::1" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        connect_both(scene, hosts[i]);
        wire_until(scene->loop, both_secured, scene);
        assert_non_null(stream_tls_version(scene->client.stream));
        write_text(&scene->client, STR("hello"));
        until_got(scene, &scene->server, 5);
        unit_assert_str(buf_str(&scene->server.got), "hello");
        write_text(&scene->server, STR("back"));
        until_got(scene, &scene->client, 4);
        unit_assert_str(buf_str(&scene->client.got), "back");
        assert_int_equal(stream_queued(scene->client.stream), 0);
    }
}

static void large_bodies_pass_whole(void **state)
{
    struct scene *scene = *state;
    char *big = mem_alloc(BIG);

    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i * 31 >> 3);
    connect_both(scene, "localhost");
    wire_until(scene->loop, both_secured, scene);
    write_text(&scene->client, (struct str){ big, BIG });
    write_text(&scene->server, (struct str){ big, BIG });
    until_got(scene, &scene->server, BIG);
    until_got(scene, &scene->client, BIG);
    assert_memory_equal(buf_str(&scene->server.got).at, big, BIG);
    assert_memory_equal(buf_str(&scene->client.got).at, big, BIG);
    mem_free(big);
}

static void check_refused(struct scene *scene, const char *part)
{
    wire_until(scene->loop, client_decided, scene);
    assert_int_equal(scene->client.secured, STREAM_BROKEN);
    unit_assert_part(stream_error(scene->client.stream), part);
}

static void a_certificate_for_somebody_else_is_refused(void **state)
{
    static const char *const hosts[] = { "example.com", "127.0.0.2" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        connect_both(scene, hosts[i]);
        check_refused(scene, "certificate not trusted");
    }
}

static void an_unknown_certificate_is_refused(void **state)
{
    struct scene *scene = *state;
    struct err err;

    tls_free(scene->client_tls);
    scene->client_tls = tls_client_new(NULL, &err);
    connect_both(scene, "localhost");
    check_refused(scene, "certificate not trusted");
    wire_turn_for(scene->loop, 3);
    assert_int_equal(scene->server.secured, STREAM_BROKEN);
}

static void bad_files_are_named(void **state)
{
    struct scene *scene = *state;
    struct err err;
    char *cert = path_of(scene, "cert");
    char *nothing = path_of(scene, "nothing");

    assert_null(tls_client_new(nothing, &err));
    unit_assert_part(err.text, "UPSTREAM_CA_FILE");
    unit_assert_part(err.text, nothing);
    assert_null(tls_server_new(nothing, nothing, &err));
    unit_assert_part(err.text, "certificate");
    assert_null(tls_server_new(cert, cert, &err));
    unit_assert_part(err.text, "private key");
    unit_write(scene->folder, "nothing", "no certificate\n");
    assert_null(tls_client_new(nothing, &err));
    mem_free(cert);
    mem_free(nothing);
}

/* The newest ticket of the last connection makes the next one cheap. */
static void sessions_are_resumed(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 4; i++) {
        connect_both(scene, "localhost");
        wire_until(scene->loop, both_secured, scene);
        write_text(&scene->server, STR("x"));
        until_got(scene, &scene->client, 1);
        assert_int_equal(SSL_session_reused(scene->client.stream->ssl), i > 0);
    }
}

static void an_end_is_proper_only_with_a_goodbye(void **state)
{
    struct scene *scene = *state;

    connect_both(scene, "localhost");
    wire_until(scene->loop, both_secured, scene);
    write_text(&scene->server, STR("bye"));
    stream_shutdown(scene->server.stream);
    wire_until(scene->loop, has_ended, &scene->client);
    assert_int_equal(scene->client.end, STREAM_EOF);
    unit_assert_str(buf_str(&scene->client.got), "bye");

    connect_both(scene, "localhost");
    wire_until(scene->loop, both_secured, scene);
    write_text(&scene->server, STR("cut"));
    until_got(scene, &scene->client, 3);
    stream_free(scene->server.stream);
    scene->server.stream = NULL;
    wire_until(scene->loop, has_ended, &scene->client);
    assert_int_equal(scene->client.end, STREAM_BROKEN);
    unit_assert_part(stream_error(scene->client.stream), "without TLS close");
}

/* A peer that speaks no TLS, or leaves in the handshake. */
static void a_handshake_can_fail(void **state)
{
    static const struct {
        const char *said;
        const char *part;
    } rows[] = {
        { "HTTP/1.1 400 Bad Request\r\n\r\n", "" },
        { "", "closed during the handshake" },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct wire wire;
        int ends[2];

        side_close(&scene->client);
        wire_pair(ends);
        wire_adopt(&wire, scene->loop, ends[0]);
        start_client(scene, ends[1], "localhost");
        wire_send(&wire, rows[i].said);
        wire_half_close(&wire);
        check_refused(scene, rows[i].part);
        wire_close(&wire);
    }
}

/* Errors of one connection are not taken for those of its neighbour. */
static void a_failure_stays_with_its_connection(void **state)
{
    struct scene *scene = *state;
    struct side other = { 0 };
    int ends[2];

    connect_both(scene, "localhost");
    wire_until(scene->loop, both_secured, scene);
    wire_pair(ends);
    (void)close(ends[0]);
    other.stream = stream_new(scene->loop, ends[1], ready, &other);
    stream_start_client_tls(other.stream, scene->client_tls, NULL, "localhost");
    stream_shutdown(other.stream); /* in the middle of its handshake */
    write_text(&scene->server, STR("fine"));
    until_got(scene, &scene->client, 4);
    unit_assert_str(buf_str(&scene->client.got), "fine");
    stream_free(other.stream);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

/* ---- memory ------------------------------------------------------------- */

/* What OpenSSL holds now: bytes, and blocks that a record would fit into.  It keeps
   some of both for the whole program; a connection's are what a connection adds. */
static struct held {
    size_t bytes;
    int buffers;
} held;

#define RECORD_SIZE 16384
#define FRONT 16 /* the size, in front of each block */

static void *counted_alloc(size_t size, const char *file, int line)
{
    char *block = mem_alloc(size + FRONT);

    (void)file;
    (void)line;
    memcpy(block, &size, sizeof(size));
    held.bytes += size;
    held.buffers += size >= RECORD_SIZE;
    return block + FRONT;
}

static size_t counted_size(void *at)
{
    size_t size;

    memcpy(&size, (char *)at - FRONT, sizeof(size));
    return size;
}

static void counted_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    if (!at)
        return;
    held.bytes -= counted_size(at);
    held.buffers -= counted_size(at) >= RECORD_SIZE;
    mem_free((char *)at - FRONT);
}

static void *counted_realloc(void *at, size_t size, const char *file, int line)
{
    void *moved = counted_alloc(size, file, line);
    size_t had;

    if (!at)
        return moved;
    had = counted_size(at);
    memcpy(moved, at, had < size ? had : size);
    counted_free(at, file, line);
    return moved;
}

static void talk(struct scene *scene)
{
    write_text(&scene->client, STR("hello"));
    until_got(scene, &scene->server, 5);
    write_text(&scene->server, STR("back"));
    until_got(scene, &scene->client, 4);
}

/* What its end of the connection gives back. */
static struct held side_holds(struct side *side)
{
    struct held with = held;

    side_close(side);
    return (struct held){ with.bytes - held.bytes,
                          with.buffers - held.buffers };
}

static void an_idle_connection_holds_no_buffer(void **state)
{
    struct scene *scene = *state;
    struct held client;

    connect_both(scene, "localhost");
    wire_until(scene->loop, both_secured, scene);
    talk(scene);
    assert_int_equal(side_holds(&scene->server).buffers, 0);
    client = side_holds(&scene->client);
    assert_int_equal(client.buffers, 0);
    print_message("%s: %zu bytes for an idle connection to an upstream\n",
                  OpenSSL_version(OPENSSL_VERSION), client.bytes);
}

/* The client reads both at once. */
static void bring_ticket_with_answer(struct scene *scene, bool wipes)
{
    connect_both(scene, "localhost");
    scene->client.waits = true;
    wire_until(scene->loop, both_secured, scene);
    if (wipes)
        stream_wipe_records(scene->client.stream);
    write_text(&scene->client, STR("hello"));
    until_got(scene, &scene->server, 5);
    write_text(&scene->server, STR("back"));
    stream_push(scene->server.stream);
    scene->client.waits = false;
    stream_want(scene->client.stream, STREAM_READABLE);
    until_got(scene, &scene->client, 4);
}

/* OpenSSL makes room for an answer to a ticket, and never answers. */
static void nor_one_that_got_its_ticket_with_an_answer(void **state)
{
    struct scene *scene = *state;

    bring_ticket_with_answer(scene, false);
    assert_int_equal(side_holds(&scene->client).buffers, 0);
    assert_int_equal(side_holds(&scene->server).buffers, 0);
    /* OpenSSL 3.5 wiped what it had given back, and crashed. */
    bring_ticket_with_answer(scene, true);
    talk(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(both_sides_understand_each_other),
        ROW(large_bodies_pass_whole),
        ROW(a_certificate_for_somebody_else_is_refused),
        ROW(an_unknown_certificate_is_refused),
        ROW(bad_files_are_named),
        ROW(sessions_are_resumed),
        ROW(an_end_is_proper_only_with_a_goodbye),
        ROW(a_handshake_can_fail),
        ROW(a_failure_stays_with_its_connection),
        ROW(an_idle_connection_holds_no_buffer),
        ROW(nor_one_that_got_its_ticket_with_an_answer),
    };

    if (CRYPTO_set_mem_functions(counted_alloc, counted_realloc,
                                 counted_free) != 1)
        return 1;

    return cmocka_run_group_tests(tests, NULL, NULL);
}
