// SPDX-License-Identifier: MIT
/* One client connection: reading requests, deadlines, leaving.  The state drawing
   is in http/server.h.  Loop thread only. */
#include "http/connection.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"
#include "http/problem.h"

#define LINGER_MS 2000
/* AHEAD_MAX and what one read brings. */
#define STASH_MAX (512u * 1024)
#define AHEAD_MAX (256u * 1024)
/* What may still be queued of earlier answers when the next request is begun. */
#define BEHIND_MAX (64u * 1024)
/* A request must come at no less than this many bytes per millisecond, after the
   grace time: 1 KB/s. */
#define RATE_BYTES_PER_MS 1
#define TAKES_NO_MORE "the client takes no more of its answer"

/* ---- exchanges ---------------------------------------------------------- */

struct exchange *exchange_new(struct connection *conn)
{
    struct exchange *x = MEM_NEW(struct exchange);

    x->conn = conn;
    x->req.arena = arena_new_secret();
    x->req.peer = conn->peer;
    x->req.process = &conn->process;
    buf_init(&x->body, 0);
    buf_init(&x->head, HEADERS_BYTES_MAX * 2);
    return x;
}

void exchange_arrives(struct exchange *x)
{
    x->conn->requests++;
    x->req.arrived_ns = clock_steady_ns();
    x->req.arrived_ms = clock_wall_ms();
    request_ids_next(x->conn->server->options.ids, x->req.arrived_ms,
                     x->req.id);
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    buf_done(&x->body);
    buf_done(&x->head);
    mem_free(x->body_err);
    arena_free(x->req.arena);
    mem_free(x);
}

/* ---- interest and deadlines --------------------------------------------- */

bool connection_wants_body(const struct connection *conn)
{
    const struct exchange *x = conn->exchange;

    return x->body_state == REQUEST_BODY_READING &&
           (x->window == 0 || x->body.len < x->window);
}

/* What is pipelined behind a whole request is taken up to a bound: behind unread
   bytes nobody sees the client leave. */
bool connection_reads_ahead(const struct connection *conn)
{
    return conn->exchange->body_state == REQUEST_BODY_COMPLETE &&
           conn->stash.len <= AHEAD_MAX;
}

/* Whoever asks on without taking its answers would have all of them pile up here: the
   next request is neither begun nor read before these have left (STREAM_DRAINED). */
bool connection_is_behind(const struct connection *conn)
{
    return conn->state == CONNECTION_HEAD && !conn->exchange &&
           stream_queued(conn->stream) > BEHIND_MAX;
}

/* At least 1 KB/s on the whole, and never longer in silence than the grace: a fast
   beginning earns no credit for that. */
static uint64_t body_patience_ms(const struct connection *conn)
{
    const struct exchange *x = conn->exchange;
    uint64_t grace_ms = conn->server->options.body_grace_ms;
    uint64_t now_ms = loop_now_ms(conn->server->loop);
    uint64_t deadline_ms =
        x->rate_from_ms + grace_ms + x->rate_bytes / RATE_BYTES_PER_MS;
    uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;

    return left_ms < grace_ms ? left_ms : grace_ms;
}

static void set_deadline(struct connection *conn)
{
    const struct server_options *options = &conn->server->options;

    if (conn->state != CONNECTION_ANSWERING)
        return; /* set on the way into the state */
    if (connection_wants_body(conn))
        loop_timer_set(conn->timer, body_patience_ms(conn));
    else if (stream_queued(conn->stream) > 0)
        loop_timer_set(conn->timer, options->write_stall_ms);
    else
        loop_timer_stop(conn->timer);
}

void connection_update(struct connection *conn)
{
    /* The same between requests as behind a whole one: a change costs system
       calls. */
    unsigned want = STREAM_READABLE | STREAM_HANGUP;

    if (conn->state == CONNECTION_ANSWERING) {
        want = STREAM_HANGUP;
        if (connection_wants_body(conn) || connection_reads_ahead(conn))
            want |= STREAM_READABLE;
    } else if (connection_is_behind(conn)) {
        want = STREAM_HANGUP;
    }
    stream_want(conn->stream, want);
    set_deadline(conn);
}

void connection_wake(struct connection *conn)
{
    const struct exchange *x = conn->exchange;

    if (x->wake)
        x->wake(x->wake_arg);
}

/* ---- leaving ------------------------------------------------------------ */

/* Between requests a connection just goes; a handler is told and lets go. */
void connection_client_gone(struct connection *conn)
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
    connection_wake(conn);
}

static atomic_size_t *counter_of(const struct connection *conn)
{
    struct seats *seats = conn->server->options.shared;

    return conn->turned_away ? &seats->turned_away : &seats->served;
}

void connection_free(struct connection *conn)
{
    if (conn->state == CONNECTION_HEAD && conn->exchange)
        connection_report(conn);
    connection_report_end(conn);
    exchange_free(conn->exchange);
    if (conn->reset)
        stream_reset_on_free(conn->stream);
    stream_free(conn->stream);
    parser_free(conn->parser);
    loop_timer_free(conn->timer);
    buf_done(&conn->stash);
    list_remove(&conn->link);
    conn->server->count--;
    atomic_fetch_sub(counter_of(conn), 1);
    mem_free(conn);
}

void connection_close(struct connection *conn)
{
    if (conn->state == CONNECTION_ANSWERING && conn->exchange->gone)
        connection_wake(conn); /* told before, and has not let go yet */
    else
        connection_client_gone(conn);
}

/* Of a stranger's one answer nothing is left but what it has still to take: it has a
   bounded time for all of that.  With a little now and then it would hold its place for
   hours. */
static bool is_hurried(struct connection *conn)
{
    return conn->state == CONNECTION_LINGERING && connection_is_strange(conn);
}

/* While something of an answer is queued, the stall deadline counts; when all of it
   has left, `otherwise`. */
static void set_stall_or(struct connection *conn, uint64_t otherwise_ms)
{
    const struct server_options *options = &conn->server->options;
    uint64_t wait_ms = otherwise_ms;

    conn->sent_at_check = stream_sent(conn->stream);
    if (stream_queued(conn->stream) > 0)
        wait_ms =
            is_hurried(conn) ? options->stranger_ms : options->write_stall_ms;
    loop_timer_set(conn->timer, wait_ms);
}

void connection_linger(struct connection *conn)
{
    exchange_free(conn->exchange);
    conn->exchange = NULL;
    conn->state = CONNECTION_LINGERING;
    buf_done(&conn->stash);
    connection_because(conn, conn->reset ? "its answer was cut off"
                                         : "its last answer was sent");
    if (!conn->reset)
        stream_shutdown(conn->stream);
    /* A reset comes in the next turn, not here: callers up the stack still hold
       the connection. */
    set_stall_or(conn, conn->reset ? 0 : LINGER_MS);
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
    if (ready & (STREAM_READABLE | STREAM_HANGUP)) {
        status = stream_read(conn->stream, &waste);
        stream_wipe_input(waste);
    }
    if (status == STREAM_EOF || status == STREAM_BROKEN)
        connection_free(conn);
}

static void secure_ready(struct connection *conn)
{
    enum stream_status status = stream_secure(conn->stream);

    if (status == STREAM_AGAIN)
        return;
    if (status != STREAM_OK) {
        connection_because(conn, "TLS failed");
        connection_free(conn);
        return;
    }
    conn->state = CONNECTION_HEAD;
    connection_head_ready(conn);
}

/* Its earlier answers have left: what came behind them has its turn. */
static void head_drained(struct connection *conn)
{
    loop_timer_set(conn->timer, conn->server->options.idle_timeout_ms);
    connection_update(conn);
    connection_process(conn);
}

/* What is ready for a state that it is not in any more comes again. */
static void head_state_ready(struct connection *conn, unsigned ready)
{
    if ((ready & STREAM_DRAINED) && !conn->exchange)
        head_drained(conn);
    if (conn->state != CONNECTION_HEAD)
        return;
    if (!connection_is_behind(conn)) {
        if (ready & (STREAM_READABLE | STREAM_HANGUP))
            connection_head_ready(conn);
    } else if (ready & STREAM_HANGUP) {
        connection_because(conn, "the client left before its answers had");
        connection_client_gone(conn);
    }
}

static void stream_ready(void *arg, unsigned ready)
{
    struct connection *conn = arg;

    switch (conn->state) {
    case CONNECTION_SECURING:
        secure_ready(conn);
        break;
    case CONNECTION_HEAD:
        head_state_ready(conn, ready);
        break;
    case CONNECTION_ANSWERING:
        connection_answering_ready(conn, ready);
        break;
    case CONNECTION_LINGERING:
        linger_ready(conn, ready);
        break;
    }
}

/* ---- deadlines ---------------------------------------------------------- */

/* A client that takes its answer slowly is not one that stalls: true, and the
   deadline is set again, if it took anything since the last time. */
static bool is_moving(struct connection *conn)
{
    bool moving = stream_queued(conn->stream) > 0 &&
                  stream_sent(conn->stream) != conn->sent_at_check;

    if (moving)
        set_stall_or(conn, 0);
    return moving;
}

static void head_too_slow(struct connection *conn)
{
    struct err err;

    if (!conn->exchange) { /* idle: nothing was asked */
        if (is_moving(conn))
            return;
        connection_because(conn, stream_queued(conn->stream) > 0
                                     ? TAKES_NO_MORE
                                     : "it was idle for too long");
        connection_free(conn);
        return;
    }
    exchange_free(conn->exchange);
    conn->exchange = NULL;
    err_set(&err, ERR_SLOW_REQUEST, "the request head took too long");
    connection_refuse(conn, &err);
}

static void answering_too_slow(struct connection *conn)
{
    struct err err;

    if (connection_wants_body(conn)) {
        REASON_SET(&err, BODY_TOO_SLOW);
        connection_fail_body(conn, &err);
        connection_update(conn);
        connection_wake(conn);
        return;
    }
    if (is_moving(conn))
        return;
    connection_because(conn, TAKES_NO_MORE);
    connection_client_gone(conn);
}

static void lingers_too_long(struct connection *conn)
{
    if (is_hurried(conn) || !is_moving(conn))
        connection_free(conn);
}

static void deadline(void *arg)
{
    struct connection *conn = arg;

    switch (conn->state) {
    case CONNECTION_SECURING:
        connection_because(conn, "TLS took too long");
        connection_free(conn);
        break;
    case CONNECTION_LINGERING:
        lingers_too_long(conn);
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

bool connection_is_strange(struct connection *conn)
{
    return conn->server->options.strangers_close && !conn->vouched &&
           peer_process_look(&conn->process) != PEER_OURS;
}

struct connection *connection_new(struct server *server,
                                  const struct peer_process *process,
                                  enum seat seat)
{
    struct connection *conn = MEM_NEW(struct connection);

    conn->server = server;
    conn->peer = *process->client;
    conn->process = *process;
    conn->process.client = &conn->peer;
    conn->turned_away = seat == SEAT_TURN_AWAY;
    conn->state = CONNECTION_HEAD;
    conn->stream = stream_new(server->loop, process->fd, stream_ready, conn);
    conn->parser = parser_new(PARSER_REQUEST);
    conn->timer = loop_timer_new(server->loop, deadline, conn);
    buf_init_secret(&conn->stash, STASH_MAX);
    list_push(&server->connections, &conn->link);
    server->count++;
    atomic_fetch_add(counter_of(conn), 1);
    loop_timer_set(conn->timer, server->options.head_timeout_ms);
    conn->began_ms = loop_now_ms(server->loop);
    connection_report_start(conn);
    if (server->options.tls) {
        conn->state = CONNECTION_SECURING;
        stream_start_server_tls(conn->stream, server->options.tls);
    }
    return conn;
}

void connection_finish_exchange(struct connection *conn)
{
    struct exchange *x = conn->exchange;
    bool reusable =
        !x->close && !x->gone && parser_state(conn->parser) == PARSER_DONE;

    connection_report(conn);
    if (x->gone) {
        connection_because(conn, "the client left before it was answered");
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
    set_stall_or(conn, conn->server->options.idle_timeout_ms);
    connection_update(conn);
    connection_process(conn);
}
