// SPDX-License-Identifier: MIT
/* One HTTP exchange over a connected socket. */
#include "app/socket_call.h"

#include "base/mem.h"
#include "http/parser.h"
#include "net/stream.h"

#define FIELDS_MAX 512
/* More than any answer of the management API has. */
#define BODY_MAX (64u * 1024 * 1024)

struct socket_call {
    struct stream *stream;
    struct parser *parser;
    struct arena *arena;
    struct loop_timer *limit;
    struct buf body;
    void (*sink)(void *arg, struct str bytes);
    void *sink_arg;
    enum socket_call_state state;
    struct err err;
    void (*wake)(void *arg);
    void *arg;
};

static void end(struct socket_call *call, enum socket_call_state state)
{
    if (call->state != SOCKET_CALL_BUSY)
        return;
    call->state = state;
    loop_timer_stop(call->limit);
    stream_want(call->stream, 0);
    call->wake(call->arg);
}

static void fail(struct socket_call *call, const char *what)
{
    err_set(&call->err, ERR_IO, "%s", what);
    end(call, SOCKET_CALL_FAILED);
}

static void too_late(void *arg)
{
    fail(arg, "it did not answer in time");
}

static void take_body(void *arg, struct str bytes)
{
    struct socket_call *call = arg;
    unsigned status = socket_call_status(call);

    if (call->sink && status >= 200 && status < 300)
        call->sink(call->sink_arg, bytes);
    else if (!buf_append(&call->body, bytes))
        fail(call, "its answer is too long");
}

/* ---- reading ------------------------------------------------------------ */

static void conclude(struct socket_call *call)
{
    if (parser_state(call->parser) == PARSER_DONE)
        end(call, SOCKET_CALL_ANSWERED);
    else if (parser_state(call->parser) == PARSER_BAD)
        fail(call, parser_error(call->parser)->text);
}

static void feed(struct socket_call *call, struct str bytes)
{
    size_t used = 1;

    while (bytes.len > 0 && used > 0 && call->state == SOCKET_CALL_BUSY) {
        used = parser_feed(call->parser, bytes);
        bytes = str_from(bytes, used);
        conclude(call);
    }
}

/* An answer that is cut must not pass for one. */
static void came_to_its_end(struct socket_call *call)
{
    if (parser_state(call->parser) == PARSER_BODY)
        parser_finish(call->parser);
    if (parser_state(call->parser) == PARSER_DONE)
        end(call, SOCKET_CALL_ANSWERED);
    else
        fail(call, "it ended before it had answered");
}

static void ready(void *arg, unsigned events)
{
    struct socket_call *call = arg;
    struct str bytes;

    (void)events;
    while (call->state == SOCKET_CALL_BUSY) {
        switch (stream_read(call->stream, &bytes)) {
        case STREAM_OK:
            feed(call, bytes);
            break;
        case STREAM_AGAIN:
            return;
        case STREAM_EOF:
        case STREAM_BROKEN:
            came_to_its_end(call);
            break;
        }
    }
}

/* ---- life --------------------------------------------------------------- */

static void send_request(struct socket_call *call,
                         const struct socket_call_options *options)
{
    struct str parts[2];
    struct buf head;

    buf_init(&head, options->method.len + options->path.len + FIELDS_MAX);
    buf_printf(&head,
               STR_FMT " " STR_FMT " HTTP/1.1\r\nhost: localhost\r\n"
                       "connection: close\r\n"
                       "content-type: application/json\r\n"
                       "content-length: %zu\r\n\r\n",
               STR_ARG(options->method), STR_ARG(options->path),
               options->body.len);
    parts[0] = buf_str(&head);
    parts[1] = options->body;
    (void)stream_write(call->stream, parts, 2);
    buf_done(&head);
}

struct socket_call *socket_call_start(const struct socket_call_options *options,
                                      void (*wake)(void *arg), void *arg)
{
    struct socket_call *call = MEM_NEW(struct socket_call);

    call->wake = wake;
    call->arg = arg;
    call->sink = options->sink;
    call->sink_arg = options->sink_arg;
    call->arena = arena_new();
    call->parser = parser_new(PARSER_RESPONSE);
    call->limit = loop_timer_new(options->loop, too_late, call);
    buf_init_secret(&call->body, BODY_MAX);
    parser_begin(call->parser, call->arena, false);
    parser_on_body(call->parser, take_body, call);
    call->stream = stream_new(options->loop, options->fd, ready, call);
    send_request(call, options);
    if (options->limit_ms > 0)
        loop_timer_set(call->limit, options->limit_ms);
    return call;
}

void socket_call_free(struct socket_call *call)
{
    if (!call)
        return;
    stream_free(call->stream);
    parser_free(call->parser);
    loop_timer_free(call->limit);
    buf_done(&call->body);
    arena_free(call->arena);
    mem_free(call);
}

enum socket_call_state socket_call_state(const struct socket_call *call)
{
    return call->state;
}

const struct err *socket_call_error(const struct socket_call *call)
{
    return &call->err;
}

unsigned socket_call_status(const struct socket_call *call)
{
    return parser_head(call->parser)->status;
}

struct str socket_call_body(const struct socket_call *call)
{
    return buf_str(&call->body);
}
