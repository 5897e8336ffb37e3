// SPDX-License-Identifier: MIT
/* One outgoing HTTP exchange; the state drawing is in the header.  The call owns
   its link until the exchange is DONE. */
#include "upstream/call.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* A request up to this size leaves in one TLS record and one send(). */
#define JOINED_MAX 16000
#define SLICE_SIZE (128u * 1024)
#define QUEUE_HIGH (256u * 1024)

struct call {
    struct call_options options;
    void (*wake)(void *arg);
    void *arg;
    enum call_state state;
    struct dial *dial;
    struct link *link;
    struct loop_timer *timer;
    struct parser *parser;
    struct arena *arena;
    size_t body_sent;
    struct str pending; /* received, not yet parsed; in scratch or `stash` */
    struct buf stash;
    bool reused;
    bool body_ended; /* all of the request has been handed to the stream */
    bool answered;
    bool readable;
    bool paused;
    bool waking;
    bool freed; /* call_free() came from inside the wake */
    uint64_t sent_ms;
    struct err err;
};

static uint64_t now_ms(const struct call *call)
{
    return loop_now_ms(call->options.upstream->loop);
}

/* The one place that changes the state, and the deadline that goes with it. */
static void enter(struct call *call, enum call_state state)
{
    const uint64_t limits[] = {
        [CALL_DIALING] = 0, /* the dial has its own */
        [CALL_SECURING] = call->options.connect_ms,
        [CALL_SENDING] = call->options.idle_ms,
        [CALL_WAITING] = call->options.first_byte_ms,
        [CALL_READING] = call->options.idle_ms,
        [CALL_DONE] = 0,
        [CALL_FAILED] = 0,
    };

    call->state = state;
    if (limits[state] > 0)
        loop_timer_set(call->timer, limits[state]);
    else
        loop_timer_stop(call->timer);
}

static void destroy(struct call *call)
{
    dial_free(call->dial);
    link_free(call->link);
    loop_timer_free(call->timer);
    parser_free(call->parser);
    arena_free(call->arena);
    buf_done(&call->stash);
    mem_free(call);
}

/* Tell the owner; false if the owner freed the call. */
static bool wake(struct call *call)
{
    call->waking = true;
    call->wake(call->arg);
    call->waking = false;
    if (!call->freed)
        return true;
    destroy(call);
    return false;
}

static void set_failed(struct call *call)
{
    link_free(call->link);
    call->link = NULL;
    enter(call, CALL_FAILED);
}

static const char *where(const struct call *call, char out[300])
{
    (void)snprintf(out, 300, "%s:%u", call->options.origin->host,
                   call->options.origin->port);
    return out;
}

/* ---- the answer --------------------------------------------------------- */

/* The connection goes back to the pool if nothing about it is in doubt. */
static void complete(struct call *call)
{
    bool clean = parser_head(call->parser)->keep_alive && call->body_ended &&
                 call->pending.len == 0 &&
                 stream_queued(call->link->stream) == 0;

    if (clean)
        upstream_keep(call->link);
    else
        link_free(call->link);
    call->link = NULL;
    enter(call, CALL_DONE);
}

static void begin_answer(struct call *call)
{
    arena_free(call->arena);
    call->arena = arena_new();
    parser_begin(call->parser, call->arena, call->options.to_head);
}

/* 1xx answers come before the real one and are not passed on. */
static bool is_interim(const struct call *call)
{
    return parser_head(call->parser)->status < 200;
}

/* Parse pending bytes until the head is complete; false if more are needed or the
   answer is no answer (state FAILED). */
static bool parse_head(struct call *call)
{
    while (call->pending.len > 0) {
        size_t used = parser_feed(call->parser, call->pending);
        char text[300];

        call->pending = str_from(call->pending, used);
        if (parser_state(call->parser) == PARSER_BAD) {
            call->err = *parser_error(call->parser);
            err_wrap(&call->err, "first byte failed: %s answered no HTTP",
                     where(call, text));
            set_failed(call);
            return false;
        }
        if (parser_state(call->parser) == PARSER_HEAD)
            return false;
        if (!is_interim(call))
            return true;
        begin_answer(call);
    }
    return false;
}

static void closed_early(struct call *call, enum stream_status status)
{
    char text[300];
    const char *why = status == STREAM_EOF
                          ? "connection closed before an answer"
                          : stream_error(call->link->stream);

    if (call->state == CALL_SENDING)
        err_set(&call->err, ERR_SEND, "send failed: %s: %s", where(call, text),
                why);
    else
        err_set(&call->err, ERR_FIRST_BYTE, "first byte failed: %s: %s",
                where(call, text), why);
    set_failed(call);
    (void)wake(call);
}

/* What the owner did not take during its wake must outlive the thread's buffer. */
static void stash_pending(struct call *call)
{
    if (call->pending.len == 0 || call->stash.len > 0)
        return;
    buf_add(&call->stash, call->pending);
    call->pending = buf_str(&call->stash);
}

static void head_arrived(struct call *call)
{
    enter(call, CALL_READING);
    if (parser_state(call->parser) == PARSER_DONE)
        complete(call);
    if (wake(call))
        stash_pending(call);
}

static void read_head(struct call *call)
{
    enum stream_status status = stream_read(call->link->stream, &call->pending);

    if (status == STREAM_AGAIN)
        return;
    if (status != STREAM_OK) {
        closed_early(call, status);
        return;
    }
    call->answered = true;
    if (parse_head(call))
        head_arrived(call);
    else if (call->state == CALL_FAILED)
        (void)wake(call);
}

/* ---- the request -------------------------------------------------------- */

static void all_handed_over(struct call *call)
{
    call->body_ended = true;
    if (stream_queued(call->link->stream) > 0 || call->state != CALL_SENDING)
        return;
    call->sent_ms = now_ms(call);
    enter(call, CALL_WAITING);
}

static void push_body(struct call *call)
{
    struct stream *stream = call->link->stream;

    while (call->body_sent < call->options.body.len &&
           stream_queued(stream) < QUEUE_HIGH) {
        struct str slice =
            str_sub(call->options.body, call->body_sent, SLICE_SIZE);

        if (stream_write(stream, &slice, 1) != STREAM_OK)
            return; /* the hang-up event will follow */
        call->body_sent += slice.len;
    }
    if (call->body_sent == call->options.body.len)
        all_handed_over(call);
}

/* Head and small body side by side, so that they share a record; the copy held a
   credential and is wiped. */
static void send_joined(struct call *call)
{
    char joined[JOINED_MAX];
    size_t head_len = call->options.head.len;
    struct str all = { joined, head_len + call->options.body.len };

    memcpy(joined, call->options.head.at, head_len);
    if (call->options.body.len > 0)
        memcpy(joined + head_len, call->options.body.at,
               call->options.body.len);
    (void)stream_write(call->link->stream, &all, 1);
    mem_wipe(joined, all.len);
    call->body_sent = call->options.body.len;
}

static void start_sending(struct call *call)
{
    enter(call, CALL_SENDING);
    begin_answer(call);
    if (call->options.head.len + call->options.body.len <= JOINED_MAX)
        send_joined(call);
    else
        (void)stream_write(call->link->stream, &call->options.head, 1);
    if (call->options.body_kind == CALL_BODY_WHOLE)
        push_body(call);
}

/* ---- connecting --------------------------------------------------------- */

static void fail_securing(struct call *call)
{
    char text[300];

    err_set(&call->err, ERR_TLS, "TLS failed: %s: %s", where(call, text),
            stream_error(call->link->stream));
    set_failed(call);
}

/* True when something changed that the owner should see. */
static bool go_on_securing(struct call *call)
{
    enum stream_status status = stream_secure(call->link->stream);

    if (status == STREAM_AGAIN)
        return false;
    if (status == STREAM_OK)
        start_sending(call);
    else
        fail_securing(call);
    return true;
}

static void sending_ready(struct call *call, unsigned ready)
{
    if (ready & STREAM_DRAINED) {
        loop_timer_set(call->timer, call->options.idle_ms);
        if (call->body_ended)
            all_handed_over(call);
        else if (call->options.body_kind == CALL_BODY_WHOLE)
            push_body(call);
        else if (!wake(call))
            return;
    }
    if ((ready & (STREAM_READABLE | STREAM_HANGUP)) && call->link &&
        call->state != CALL_READING)
        read_head(call);
}

static void stream_ready(void *arg, unsigned ready)
{
    struct call *call = arg;

    switch (call->state) {
    case CALL_SECURING:
        if (go_on_securing(call))
            (void)wake(call);
        break;
    case CALL_SENDING:
    case CALL_WAITING:
        sending_ready(call, ready);
        break;
    case CALL_READING:
        if ((ready & STREAM_DRAINED) && !call->body_ended)
            push_body(call);
        call->readable |= (ready & STREAM_READABLE) != 0;
        if (call->readable && wake(call))
            stash_pending(call);
        break;
    case CALL_DIALING:
    case CALL_DONE:
    case CALL_FAILED:
        break;
    }
}

static void use_link(struct call *call, struct link *link)
{
    call->link = link;
    stream_set_owner(link->stream, stream_ready, call);
}

static void dialled(void *arg)
{
    struct call *call = arg;
    struct origin *origin = call->options.origin;
    struct stream *stream;

    if (dial_state(call->dial) == DIAL_FAILED) {
        call->err = *dial_error(call->dial);
        set_failed(call);
        (void)wake(call);
        return;
    }
    stream = stream_new(call->options.upstream->loop, dial_take(call->dial),
                        stream_ready, call);
    dial_free(call->dial);
    call->dial = NULL;
    use_link(call, link_new(call->options.upstream, stream, origin,
                            call->options.proxy));
    if (origin->tls) {
        stream_start_client_tls(stream, origin->tls, origin->slot,
                                origin->host);
        enter(call, CALL_SECURING);
        if (!go_on_securing(call))
            return;
    } else {
        start_sending(call);
    }
    (void)wake(call);
}

static void start_dialling(struct call *call)
{
    const struct call_options *options = &call->options;
    struct dial_target target = { .host = options->origin->host,
                                  .port = options->origin->port,
                                  .proxy = options->proxy,
                                  .timeout_ms = options->connect_ms };

    enter(call, CALL_DIALING);
    call->dial = dial_start(options->upstream->dialer, &target, dialled, call);
}

static void too_late(void *arg)
{
    static const char *const steps[] = {
        [CALL_DIALING] = "connect",   [CALL_SECURING] = "TLS",
        [CALL_SENDING] = "send",      [CALL_WAITING] = "first byte",
        [CALL_READING] = "next byte", [CALL_DONE] = "",
        [CALL_FAILED] = "",
    };
    struct call *call = arg;
    char text[300];

    err_set(&call->err, ERR_TIMEOUT, "%s failed: %s: no progress in time",
            steps[call->state], where(call, text));
    set_failed(call);
    (void)wake(call);
}

struct call *call_start(const struct call_options *options,
                        void (*wake_owner)(void *arg), void *arg)
{
    struct call *call = MEM_NEW(struct call);
    struct link *pooled = NULL;

    call->options = *options;
    call->wake = wake_owner;
    call->arg = arg;
    call->parser = parser_new(PARSER_RESPONSE);
    call->timer = loop_timer_new(options->upstream->loop, too_late, call);
    buf_init(&call->stash, LOOP_SCRATCH_SIZE);
    if (!options->fresh)
        pooled =
            upstream_take(options->upstream, options->origin, options->proxy);
    call->reused = pooled != NULL;
    if (!pooled) {
        start_dialling(call);
        return call;
    }
    use_link(call, pooled);
    start_sending(call);
    return call;
}

void call_free(struct call *call)
{
    if (!call)
        return;
    if (call->waking) {
        call->freed = true;
        link_free(call->link);
        call->link = NULL;
        loop_timer_stop(call->timer);
        call->state = CALL_FAILED;
        return;
    }
    destroy(call);
}

enum call_state call_state(const struct call *call)
{
    return call->state;
}

const struct parser_head *call_head(const struct call *call)
{
    return parser_head(call->parser);
}

const struct err *call_error(const struct call *call)
{
    return &call->err;
}

/* ---- streamed requests -------------------------------------------------- */

void call_send(struct call *call, struct str bytes)
{
    char size[24];
    struct str parts[3] = { { size, 0 }, bytes, STR("\r\n") };
    bool chunked = call->options.body_kind == CALL_BODY_CHUNKED;

    if (!call->link || call->state != CALL_SENDING || bytes.len == 0)
        return;
    parts[0].len = (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.len);
    (void)stream_write(call->link->stream, chunked ? parts : parts + 1,
                       chunked ? 3 : 1);
    loop_timer_set(call->timer, call->options.idle_ms);
}

void call_send_end(struct call *call)
{
    struct str last = STR("0\r\n\r\n");

    if (!call->link || call->state != CALL_SENDING)
        return;
    if (call->options.body_kind == CALL_BODY_CHUNKED)
        (void)stream_write(call->link->stream, &last, 1);
    all_handed_over(call);
}

size_t call_queued(const struct call *call)
{
    return call->link ? stream_queued(call->link->stream) : 0;
}

/* ---- reading ------------------------------------------------------------ */

static enum call_data cut(struct call *call, const char *why)
{
    char text[300];

    err_set(&call->err, ERR_BAD_RESPONSE, "the answer of %s was cut: %s",
            where(call, text), why);
    set_failed(call);
    return CALL_CUT;
}

static enum call_data at_end_of_stream(struct call *call)
{
    parser_finish(call->parser);
    if (parser_state(call->parser) != PARSER_DONE)
        return cut(call, "connection closed");
    link_free(call->link);
    call->link = NULL;
    enter(call, CALL_DONE);
    return CALL_END;
}

/* Fill `pending`; CALL_DATA if there is something in it now. */
static enum call_data receive(struct call *call)
{
    enum stream_status status;

    if (call->pending.len > 0)
        return CALL_DATA;
    buf_done(&call->stash);
    if (!call->readable)
        return CALL_AGAIN;
    call->readable = false;
    status = stream_read(call->link->stream, &call->pending);
    if (status == STREAM_AGAIN)
        return CALL_AGAIN;
    if (status == STREAM_EOF)
        return at_end_of_stream(call);
    if (status == STREAM_BROKEN)
        return cut(call, stream_error(call->link->stream));
    loop_timer_set(call->timer, call->options.idle_ms);
    return CALL_DATA;
}

enum call_data call_read(struct call *call, struct str *bytes)
{
    enum call_data got;
    size_t used;

    *bytes = STR_EMPTY;
    if (call->state == CALL_DONE)
        return CALL_END;
    if (call->state != CALL_READING)
        return CALL_CUT;
    if (parser_state(call->parser) == PARSER_BAD)
        return cut(call, parser_error(call->parser)->text);
    got = receive(call);
    if (got != CALL_DATA)
        return got;
    used = parser_feed(call->parser, call->pending);
    *bytes = str_sub(call->pending, 0, used);
    call->pending = str_from(call->pending, used);
    if (parser_state(call->parser) == PARSER_DONE)
        complete(call);
    if (parser_state(call->parser) == PARSER_BAD && used == 0)
        return cut(call, parser_error(call->parser)->text);
    return CALL_DATA;
}

void call_on_body(struct call *call, parser_body_fn body, void *arg)
{
    parser_on_body(call->parser, body, arg);
}

void call_pause(struct call *call, bool pause)
{
    if (call->paused == pause || !call->link || call->state != CALL_READING)
        return;
    call->paused = pause;
    stream_want(call->link->stream, pause ? 0 : STREAM_READABLE);
    if (pause)
        loop_timer_stop(call->timer);
    else
        loop_timer_set(call->timer, call->options.idle_ms);
}

struct call_facts call_facts(const struct call *call)
{
    struct call_facts facts = { .reused = call->reused,
                                .sent = call->sent_ms != 0,
                                .answered = call->answered };

    if (facts.sent)
        facts.since_sent_ms = now_ms(call) - call->sent_ms;
    return facts;
}
