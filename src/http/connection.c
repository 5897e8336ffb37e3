// SPDX-License-Identifier: MIT
/* One client connection: reading requests, deadlines, leaving.  The state drawing
   is in http/server.h.  Loop thread only. */
#include "http/connection.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/problem.h"

#define LINGER_MS 2000
#define STASH_MAX (256u * 1024)
/* A request must come at no less than this many bytes per millisecond, after the
   grace time: 1 KB/s. */
#define RATE_BYTES_PER_MS 1

/* ---- exchanges ---------------------------------------------------------- */

/* Ids need to be unique, not secret: a mixed counter (splitmix64). */
static void make_id(struct server *server, char out[28])
{
    uint64_t z = server->next_id += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    (void)snprintf(out, 28, "req_relay_%016llx",
                   (unsigned long long)(z ^ (z >> 31)));
}

static struct exchange *exchange_new(struct connection *conn)
{
    struct exchange *x = MEM_NEW(struct exchange);

    x->conn = conn;
    x->req.arena = arena_new();
    x->req.peer = conn->peer;
    x->req.arrived_ns = clock_steady_ns();
    make_id(conn->server, x->req.id);
    buf_init(&x->body, 0);
    buf_init(&x->head, HEADERS_BYTES_MAX * 2);
    return x;
}

static void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    buf_done(&x->body);
    buf_done(&x->head);
    arena_free(x->req.arena);
    mem_free(x);
}

static void fill_request(struct request *req, const struct parser_head *head)
{
    size_t query = str_index(head->target, '?');

    req->method = head->method;
    req->target = head->target;
    req->path = str_sub(head->target, 0, query);
    req->query = str_from(head->target, query + 1);
    req->http_1_0 = head->http_1_0;
    req->headers = head->headers;
    req->length = head->length;
}

/* ---- interest and deadlines --------------------------------------------- */

static bool wants_body(const struct exchange *x)
{
    return x->body_state == REQUEST_BODY_READING &&
           (x->window == 0 || x->body.len < x->window);
}

static uint64_t rate_deadline_ms(const struct connection *conn)
{
    const struct exchange *x = conn->exchange;

    return x->rate_from_ms + conn->server->options.body_grace_ms +
           x->rate_bytes / RATE_BYTES_PER_MS;
}

static void set_deadline(struct connection *conn)
{
    const struct server_options *options = &conn->server->options;
    uint64_t now_ms = loop_now_ms(conn->server->loop);

    if (conn->state != CONNECTION_ANSWERING)
        return; /* set on the way into the state */
    if (wants_body(conn->exchange))
        loop_timer_set(conn->timer, rate_deadline_ms(conn) > now_ms
                                        ? rate_deadline_ms(conn) - now_ms
                                        : 0);
    else if (stream_queued(conn->stream) > 0)
        loop_timer_set(conn->timer, options->write_stall_ms);
    else
        loop_timer_stop(conn->timer);
}

void connection_update(struct connection *conn)
{
    unsigned want = STREAM_READABLE;

    if (conn->state == CONNECTION_ANSWERING) {
        want = STREAM_HANGUP;
        if (wants_body(conn->exchange))
            want |= STREAM_READABLE;
    }
    stream_want(conn->stream, want);
    set_deadline(conn);
}

static void wake(struct exchange *x)
{
    if (x->wake)
        x->wake(x->wake_arg);
}

/* ---- leaving ------------------------------------------------------------ */

/* Between requests a connection just goes; a handler is told and lets go. */
static void client_gone(struct connection *conn)
{
    struct exchange *x = conn->exchange;

    if (conn->state != CONNECTION_ANSWERING) {
        connection_free(conn);
        return;
    }
    if (x->gone)
        return;
    x->gone = true;
    stream_want(conn->stream, 0);
    loop_timer_stop(conn->timer);
    wake(x);
}

void connection_free(struct connection *conn)
{
    exchange_free(conn->exchange);
    if (conn->reset)
        stream_reset_on_free(conn->stream);
    stream_free(conn->stream);
    parser_free(conn->parser);
    loop_timer_free(conn->timer);
    buf_done(&conn->stash);
    list_remove(&conn->link);
    conn->server->count--;
    mem_free(conn);
}

void connection_close(struct connection *conn)
{
    client_gone(conn);
}

void connection_linger(struct connection *conn)
{
    exchange_free(conn->exchange);
    conn->exchange = NULL;
    conn->state = CONNECTION_LINGERING;
    buf_done(&conn->stash);
    if (conn->reset && stream_queued(conn->stream) == 0) {
        connection_free(conn);
        return;
    }
    if (!conn->reset)
        stream_shutdown(conn->stream);
    loop_timer_set(conn->timer, stream_queued(conn->stream) > 0
                                    ? conn->server->options.write_stall_ms
                                    : LINGER_MS);
    connection_update(conn);
}

static void linger_ready(struct connection *conn, unsigned ready)
{
    struct str waste;
    enum stream_status status = STREAM_AGAIN;

    if (ready & STREAM_DRAINED) {
        loop_timer_set(conn->timer, LINGER_MS);
        if (conn->reset) {
            connection_free(conn);
            return;
        }
    }
    if (ready & (STREAM_READABLE | STREAM_HANGUP))
        status = stream_read(conn->stream, &waste);
    if (status == STREAM_EOF || status == STREAM_BROKEN)
        connection_free(conn);
}

/* ---- reading ------------------------------------------------------------ */

/* The head is no request: answer in our own name and close. */
static void refuse(struct connection *conn, const struct err *err)
{
    struct exchange *x = exchange_new(conn);

    conn->exchange = x;
    conn->state = CONNECTION_ANSWERING;
    x->close = true;
    problem_send(&x->req, err);
}

static bool is_blank(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '\r' && s.at[i] != '\n')
            return false;
    }
    return true;
}

/* Bytes behind a request that promised to be the last one. */
static bool has_excess(const struct connection *conn)
{
    return parser_state(conn->parser) == PARSER_DONE &&
           !parser_head(conn->parser)->keep_alive &&
           !is_blank(buf_str(&conn->stash));
}

static const struct err excess_error = {
    .code = ERR_BAD_REQUEST,
    .text = "malformed HTTP: data after a request with \"connection: close\"",
};

static void begin_exchange(struct connection *conn, struct exchange *x)
{
    const struct parser_head *head = parser_head(conn->parser);

    fill_request(&x->req, head);
    conn->exchange = x;
    conn->state = CONNECTION_ANSWERING;
    x->close = !head->keep_alive;
    if (parser_state(conn->parser) == PARSER_DONE)
        x->body_state = REQUEST_BODY_COMPLETE;
    connection_update(conn);
    if (has_excess(conn))
        problem_send(&x->req, &excess_error);
    else
        conn->server->handle(conn->server->arg, &x->req);
}

/* True if a request was begun; the parser's head lies in its arena. */
static void read_head(struct connection *conn)
{
    struct exchange *x = conn->exchange;
    size_t used = parser_feed(conn->parser, buf_str(&conn->stash));

    if (parser_state(conn->parser) == PARSER_BAD) {
        exchange_free(x);
        conn->exchange = NULL;
        refuse(conn, parser_error(conn->parser));
        return;
    }
    buf_consume(&conn->stash, used);
    if (parser_state(conn->parser) != PARSER_HEAD)
        begin_exchange(conn, x);
}

/* In HEAD a half-read head keeps an exchange ready, for its arena. */
static void prepare_head(struct connection *conn)
{
    if (conn->exchange)
        return;
    conn->exchange = exchange_new(conn);
    parser_begin(conn->parser, conn->exchange->req.arena, false);
    loop_timer_set(conn->timer, conn->server->options.head_timeout_ms);
}

void connection_process(struct connection *conn)
{
    if (conn->processing)
        return;
    conn->processing = true;
    while (conn->state == CONNECTION_HEAD && conn->stash.len > 0) {
        prepare_head(conn);
        read_head(conn);
    }
    conn->processing = false;
    if (conn->stash.len == 0)
        buf_done(&conn->stash);
}

static void body_bytes(void *arg, struct str bytes)
{
    struct exchange *x = arg;

    x->body_seen += bytes.len;
    x->rate_bytes += bytes.len;
    if (x->body_state != REQUEST_BODY_READING)
        return;
    if (x->body_seen <= x->body_max && buf_append(&x->body, bytes))
        return;
    x->body_state = REQUEST_BODY_FAILED;
    err_set(&x->body_err, ERR_TOO_LARGE,
            "the request body is larger than the %llu bytes allowed here",
            (unsigned long long)x->body_max);
}

static void fail_body(struct exchange *x, const struct err *err)
{
    x->body_state = REQUEST_BODY_FAILED;
    x->body_err = *err;
    x->close = true;
}

void connection_pump_body(struct connection *conn)
{
    struct exchange *x = conn->exchange;

    parser_on_body(conn->parser, body_bytes, x);
    while (conn->stash.len > 0 && parser_state(conn->parser) == PARSER_BODY) {
        size_t used = parser_feed(conn->parser, buf_str(&conn->stash));

        if (parser_state(conn->parser) == PARSER_BAD) {
            fail_body(x, parser_error(conn->parser));
            return;
        }
        buf_consume(&conn->stash, used);
    }
    if (x->body_state != REQUEST_BODY_READING)
        return;
    if (parser_state(conn->parser) == PARSER_DONE)
        x->body_state = REQUEST_BODY_COMPLETE;
    if (has_excess(conn))
        fail_body(x, &excess_error);
}

/* Takes what has arrived; false if the connection is gone (and handled). */
static bool receive(struct connection *conn)
{
    struct str data;
    enum stream_status status = stream_read(conn->stream, &data);

    if (status == STREAM_OK) {
        if (!buf_append(&conn->stash, data)) {
            client_gone(conn);
            return false;
        }
        return true;
    }
    if (status == STREAM_AGAIN)
        return false;
    client_gone(conn);
    return false;
}

static void head_ready(struct connection *conn)
{
    if (receive(conn))
        connection_process(conn);
}

static void answering_ready(struct connection *conn, unsigned ready)
{
    struct exchange *x = conn->exchange;
    bool reading = wants_body(x);

    if (reading && (ready & STREAM_READABLE)) {
        if (!receive(conn))
            return;
        connection_pump_body(conn);
        reading = wants_body(x);
    }
    if ((ready & STREAM_HANGUP) && !reading) {
        client_gone(conn);
        return;
    }
    connection_update(conn);
    wake(x);
}

static void secure_ready(struct connection *conn)
{
    enum stream_status status = stream_secure(conn->stream);

    if (status == STREAM_AGAIN)
        return;
    if (status != STREAM_OK) {
        connection_free(conn);
        return;
    }
    conn->state = CONNECTION_HEAD;
    head_ready(conn);
}

static void stream_ready(void *arg, unsigned ready)
{
    struct connection *conn = arg;

    switch (conn->state) {
    case CONNECTION_SECURING:
        secure_ready(conn);
        break;
    case CONNECTION_HEAD:
        if (ready & (STREAM_READABLE | STREAM_HANGUP))
            head_ready(conn);
        break;
    case CONNECTION_ANSWERING:
        answering_ready(conn, ready);
        break;
    case CONNECTION_LINGERING:
        linger_ready(conn, ready);
        break;
    }
}

/* ---- deadlines ---------------------------------------------------------- */

static void head_too_slow(struct connection *conn)
{
    struct err err;

    if (!conn->exchange) { /* idle: nothing was asked, nothing is owed */
        connection_free(conn);
        return;
    }
    exchange_free(conn->exchange);
    conn->exchange = NULL;
    err_set(&err, ERR_SLOW_REQUEST, "the request head took too long");
    refuse(conn, &err);
}

static void answering_too_slow(struct connection *conn)
{
    struct exchange *x = conn->exchange;
    struct err err;

    if (wants_body(x)) {
        err_set(&err, ERR_SLOW_REQUEST, "the request body came too slowly");
        fail_body(x, &err);
        connection_update(conn);
        wake(x);
        return;
    }
    if (stream_sent(conn->stream) == conn->sent_at_check) {
        client_gone(conn);
        return;
    }
    conn->sent_at_check = stream_sent(conn->stream);
    set_deadline(conn);
}

static void deadline(void *arg)
{
    struct connection *conn = arg;

    switch (conn->state) {
    case CONNECTION_SECURING:
    case CONNECTION_LINGERING:
        connection_free(conn);
        break;
    case CONNECTION_HEAD:
        head_too_slow(conn);
        break;
    case CONNECTION_ANSWERING:
        answering_too_slow(conn);
        break;
    }
}

/* ---- coming and going --------------------------------------------------- */

void connection_new(struct server *server, int fd, const struct addr *peer)
{
    struct connection *conn = MEM_NEW(struct connection);

    conn->server = server;
    conn->peer = *peer;
    conn->state = CONNECTION_HEAD;
    conn->stream = stream_new(server->loop, fd, stream_ready, conn);
    conn->parser = parser_new(PARSER_REQUEST);
    conn->timer = loop_timer_new(server->loop, deadline, conn);
    buf_init(&conn->stash, STASH_MAX);
    list_push(&server->connections, &conn->link);
    server->count++;
    loop_timer_set(conn->timer, server->options.head_timeout_ms);
    if (server->options.tls) {
        conn->state = CONNECTION_SECURING;
        stream_start_server_tls(conn->stream, server->options.tls);
    }
}

void connection_finish_exchange(struct connection *conn)
{
    struct exchange *x = conn->exchange;
    bool reusable =
        !x->close && !x->gone && parser_state(conn->parser) == PARSER_DONE;

    if (x->gone) {
        connection_free(conn);
        return;
    }
    if (!reusable) {
        connection_linger(conn);
        return;
    }
    exchange_free(x);
    conn->exchange = NULL;
    conn->state = CONNECTION_HEAD;
    loop_timer_set(conn->timer, conn->server->options.idle_timeout_ms);
    connection_update(conn);
    connection_process(conn);
}
