// SPDX-License-Identifier: MIT
/* The reading half of a connection: heads, bodies, and what is refused. */
#include "base/reason.h"
#include "http/connection.h"
#include "http/problem.h"
#include "net/outgoing.h"

/* What one system call may bring of a body. */
#define BODY_READ_MAX (128u * 1024)

/* The head is no request: answer in our own name and close. */
void connection_refuse(struct connection *conn, const struct err *err)
{
    struct exchange *x = exchange_new(conn);

    conn->exchange = x;
    conn->state = CONNECTION_ANSWERING;
    exchange_arrives(x);
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

static const struct err expect_error = {
    .code = ERR_EXPECTATION,
    .text = "the only Expect served is 100-continue",
};

/* Every such field counts; HTTP/1.0 knows none (RFC 9110 section 10.1.1). */
static bool expects_too_much(const struct request *req)
{
    for (size_t i = 0; !req->http_1_0 && i < req->headers.count; i++) {
        if (str_ieq(req->headers.at[i].name, STR("expect")) &&
            !str_ieq(req->headers.at[i].value, STR("100-continue")))
            return true;
    }
    return false;
}

/* Only the first request can: what comes later comes over the same connection, which
   this one closes. */
static bool comes_round(struct connection *conn)
{
    struct outgoing *outgoing = conn->server->options.outgoing;
    bool first = !conn->has_asked;

    conn->has_asked = true;
    return first && outgoing &&
           outgoing_is_own(outgoing, &conn->peer, conn->process.fd);
}

static void refuse_round(struct exchange *x)
{
    struct err err;

    err_set(&err, ERR_LOOP,
            "this request came from the relay itself: its CLAUDE_API_URL, or "
            "the base_url of an account, leads back to it; set it to the API's "
            "address");
    x->close = true;
    problem_send(&x->req, &err);
}

static void begin_exchange(struct connection *conn, struct exchange *x)
{
    const struct parser_head *head = parser_head(conn->parser);

    fill_request(&x->req, head);
    exchange_arrives(x);
    conn->exchange = x;
    conn->state = CONNECTION_ANSWERING;
    x->close = !head->keep_alive;
    if (parser_state(conn->parser) == PARSER_DONE)
        x->body_state = REQUEST_BODY_COMPLETE;
    connection_update(conn);
    if (has_excess(conn))
        problem_send(&x->req, &excess_error);
    else if (expects_too_much(&x->req))
        problem_send(&x->req, &expect_error);
    else if (comes_round(conn))
        refuse_round(x);
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
        connection_refuse(conn, parser_error(conn->parser));
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
    while (conn->state == CONNECTION_HEAD && conn->stash.len > 0 &&
           !connection_is_behind(conn)) {
        prepare_head(conn);
        read_head(conn);
    }
    conn->processing = false;
    if (conn->stash.len == 0)
        buf_done(&conn->stash);
}

/* Where more of a body of known length can be received; NULL if not there.  (Of a
   secret one the copy that it came by is wiped: there is to be one.) */
static char *body_room(struct exchange *x, size_t *size)
{
    uint64_t left = x->req.length - x->body_seen;

    *size = left < BODY_READ_MAX ? (size_t)left : BODY_READ_MAX;
    if (x->req.length == REQUEST_LENGTH_UNKNOWN || left == 0 ||
        x->body_state != REQUEST_BODY_READING || x->conn->stash.len > 0 ||
        x->body.secret)
        return NULL;
    return buf_room(&x->body, *size);
}

/* Unless they stand there already. */
static bool add_to_body(struct exchange *x, struct str bytes)
{
    if (bytes.at != buf_end(&x->body))
        return buf_append(&x->body, bytes);
    buf_grow(&x->body, bytes.len);
    return true;
}

static void body_bytes(void *arg, struct str bytes)
{
    struct exchange *x = arg;

    x->body_seen += bytes.len;
    x->rate_bytes += bytes.len;
    if (x->body_state != REQUEST_BODY_READING)
        return;
    if (x->body_seen <= x->body_max && add_to_body(x, bytes))
        return;
    x->body_state = REQUEST_BODY_FAILED;
    REASON_SET(err_kept(&x->body_err), BODY_OVER_MAX,
               (unsigned long long)x->body_max);
}

void connection_fail_body(struct connection *conn, const struct err *err)
{
    struct exchange *x = conn->exchange;

    x->body_state = REQUEST_BODY_FAILED;
    *err_kept(&x->body_err) = *err;
    x->close = true;
}

/* As much as belongs to the body; how much that was. */
static size_t feed_body(struct connection *conn, struct str bytes)
{
    size_t used = 0;

    parser_on_body(conn->parser, body_bytes, conn->exchange);
    while (used < bytes.len && parser_state(conn->parser) == PARSER_BODY)
        used += parser_feed(conn->parser, str_from(bytes, used));
    if (parser_state(conn->parser) == PARSER_BAD)
        connection_fail_body(conn, parser_error(conn->parser));
    return used;
}

static void end_body(struct connection *conn)
{
    struct exchange *x = conn->exchange;

    if (x->body_state != REQUEST_BODY_READING)
        return;
    if (parser_state(conn->parser) == PARSER_DONE)
        x->body_state = REQUEST_BODY_COMPLETE;
    if (has_excess(conn))
        connection_fail_body(conn, &excess_error);
}

void connection_pump_body(struct connection *conn)
{
    buf_consume(&conn->stash, feed_body(conn, buf_str(&conn->stash)));
    end_body(conn);
}

/* Behind what is stashed already.  It may be a head with a credential, of which no
   copy stays in the thread's buffer. */
static bool stash(struct connection *conn, struct str data)
{
    bool fits = buf_append(&conn->stash, data);

    stream_wipe_input(data);
    return fits;
}

/* The body's part of it goes where the body is kept; the rest. */
static struct str take_body(struct connection *conn, struct str data)
{
    size_t used = feed_body(conn, data);

    if (conn->exchange->body.secret)
        stream_wipe_input(str_sub(data, 0, used));
    return str_from(data, used);
}

/* More of a body, out of the thread's buffer and not by way of the stash; false if
   the connection is gone. */
static bool receive_body(struct connection *conn)
{
    struct str data;
    size_t size;
    char *room = body_room(conn->exchange, &size);
    enum stream_status status =
        room ? stream_read_into(conn->stream, room, size, &data)
             : stream_read(conn->stream, &data);
    bool taken = status == STREAM_OK;

    if (taken && conn->stash.len == 0)
        data = take_body(conn, data);
    if (taken && stash(conn, data)) {
        connection_pump_body(conn);
        return true;
    }
    if (status != STREAM_AGAIN)
        connection_client_gone(conn);
    return false;
}

/* Takes what has arrived; false if the connection is gone (and handled). */
static bool receive(struct connection *conn)
{
    struct str data;
    enum stream_status status = stream_read(conn->stream, &data);

    if (status == STREAM_OK && stash(conn, data))
        return true;
    if (status != STREAM_AGAIN)
        connection_client_gone(conn);
    return false;
}

void connection_head_ready(struct connection *conn)
{
    if (receive(conn))
        connection_process(conn);
}

/* The next requests wait in the stash; false if the client is gone. */
static bool read_ahead(struct connection *conn)
{
    struct str data;
    enum stream_status status = stream_read(conn->stream, &data);

    if (status == STREAM_OK && stash(conn, data))
        return true;
    if (status == STREAM_AGAIN)
        return true;
    connection_client_gone(conn);
    return false;
}

void connection_answering_ready(struct connection *conn, unsigned ready)
{
    bool reading = connection_wants_body(conn);

    if (!reading && (ready & STREAM_READABLE) && connection_reads_ahead(conn) &&
        !read_ahead(conn))
        return;
    if (reading && (ready & STREAM_READABLE)) {
        if (!receive_body(conn))
            return;
        reading = connection_wants_body(conn);
    }
    if ((ready & STREAM_HANGUP) && !reading) {
        connection_client_gone(conn);
        return;
    }
    connection_update(conn);
    connection_wake(conn);
}
