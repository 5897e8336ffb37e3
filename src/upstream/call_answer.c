// SPDX-License-Identifier: MIT
/* The reading half of an outgoing exchange. */
#include "upstream/call_internal.h"

/* The connection goes back to the pool if nothing about it is in doubt. */
static void complete(struct call *call)
{
    bool clean = call->keep_alive && call->body_ended &&
                 call->pending.len == 0 && !call->options.single &&
                 stream_queued(call->link->stream) == 0 &&
                 !stream_has_ended(call->link->stream);

    if (clean)
        upstream_keep(call->link);
    else
        call_spend_link(call);
    call->link = NULL;
    call_enter(call, CALL_DONE);
}

void call_begin_answer(struct call *call)
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
        char text[CALL_WHERE_MAX];

        call->pending = str_from(call->pending, used);
        if (parser_state(call->parser) == PARSER_BAD) {
            *err_kept(&call->err) = *parser_error(call->parser);
            err_wrap(err_kept(&call->err),
                     "first byte failed: bad answer from %s",
                     call_where(call, text));
            call_set_failed(call);
            return false;
        }
        if (parser_state(call->parser) == PARSER_HEAD)
            return false;
        if (!is_interim(call))
            return true;
        call_begin_answer(call);
    }
    return false;
}

static void closed_early(struct call *call, enum stream_status status)
{
    char text[CALL_WHERE_MAX];
    const char *why = status == STREAM_EOF
                          ? "connection closed before an answer"
                          : stream_error(call->link->stream);

    if (stream_sent(call->link->stream) < call->leaves_at)
        call->sent_ms = 0;
    if (call->sent_ms == 0)
        err_set(err_kept(&call->err), ERR_SEND, "send failed: %s: %s",
                call_where(call, text), why);
    else
        err_set(err_kept(&call->err), ERR_FIRST_BYTE,
                "first byte failed: %s: %s", call_where(call, text), why);
    call_set_failed(call);
    (void)call_wake(call);
}

void call_stash_pending(struct call *call)
{
    if (call->pending.len == 0 || call->stash.len > 0)
        return;
    buf_add(&call->stash, call->pending);
    call->pending = buf_str(&call->stash);
}

static void head_arrived(struct call *call)
{
    call->keep_alive = parser_head(call->parser)->keep_alive;
    call_enter(call, CALL_READING);
    if (parser_state(call->parser) == PARSER_DONE)
        complete(call);
    if (call_wake(call))
        call_stash_pending(call);
}

/* It cannot be an answer: a connection of the pool was at its end, or out of step.
   Nothing of the request has left. */
static void came_unasked(struct call *call)
{
    char text[CALL_WHERE_MAX];

    err_set(err_kept(&call->err), ERR_SEND,
            "send failed: %s: bytes came before the request left",
            call_where(call, text));
    call->sent_ms = 0;
    stream_drop_output(call->link->stream);
    call_set_failed(call);
    (void)call_wake(call);
}

static bool has_asked(const struct call *call)
{
    return !call->reused || stream_sent(call->link->stream) > call->begins_at;
}

static enum stream_status read_stream(struct call *call, struct str *bytes)
{
    enum stream_status status = stream_read(call->link->stream, bytes);

    if (status == STREAM_OK && call->options.tap)
        call->options.tap(call->options.tap_arg, *bytes);
    return status;
}

/* One read, or, where an end came with the bytes and brings no event of its own, all
   that there is. */
void call_read_head(struct call *call)
{
    bool asked = has_asked(call);

    do {
        enum stream_status status = read_stream(call, &call->pending);

        if (status == STREAM_AGAIN)
            return;
        if (!asked) {
            came_unasked(call);
            return;
        }
        if (status != STREAM_OK) {
            closed_early(call, status);
            return;
        }
        call->answered = true;
        if (parse_head(call)) {
            head_arrived(call);
            return;
        }
    } while (call->link && stream_has_ended(call->link->stream));
    if (call->state == CALL_FAILED)
        (void)call_wake(call);
}

/* ---- reading ------------------------------------------------------------ */

static enum call_data cut(struct call *call, const char *why)
{
    char text[CALL_WHERE_MAX];

    err_set(err_kept(&call->err), ERR_BAD_RESPONSE,
            "the answer of %s was cut: %s", call_where(call, text), why);
    call_set_failed(call);
    return CALL_CUT;
}

static enum call_data at_end_of_stream(struct call *call)
{
    parser_finish(call->parser);
    if (parser_state(call->parser) != PARSER_DONE)
        return cut(call, "connection closed");
    call_spend_link(call);
    call_enter(call, CALL_DONE);
    return CALL_END;
}

/* An event that follows another within a millisecond is seldom the last: what comes
   while it is being passed on leaves with it, with one system call. */
#define BURST_READS 4

void call_allow_reads(struct call *call)
{
    call->reads = call->read_ms == call_now_ms(call) ? BURST_READS : 1;
}

/* Fill `pending`; CALL_DATA if there is something in it now. */
static enum call_data receive(struct call *call)
{
    enum stream_status status;

    if (call->pending.len > 0)
        return CALL_DATA;
    buf_done(&call->stash);
    /* An end that came with the bytes before brings no event of its own. */
    if (call->reads == 0 && !stream_has_ended(call->link->stream))
        return CALL_AGAIN;
    call->reads -= call->reads > 0;
    status = read_stream(call, &call->pending);
    if (status == STREAM_AGAIN) {
        call->reads = 0;
        return CALL_AGAIN;
    }
    call->read_ms = call_now_ms(call);
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

/* ---- what nobody expects ------------------------------------------------- */

/* False if there is nothing new. */
static bool read_rest(struct call *call)
{
    enum stream_status status;
    struct str bytes;

    do {
        status = read_stream(call, &bytes);
    } while (status == STREAM_OK && stream_has_ended(call->link->stream));
    if (status != STREAM_OK && status != STREAM_AGAIN)
        call_spend_link(call);
    return status != STREAM_AGAIN;
}

bool call_linger(struct call *call)
{
    if (!call->spent)
        return false;
    call->link = call->spent;
    call->spent = NULL;
    call->pending = STR_EMPTY;
    /* An end that is known already brings no event. */
    if (stream_has_ended(call->link->stream))
        (void)read_rest(call);
    return call->link != NULL;
}

bool call_lingers(const struct call *call)
{
    return call->link &&
           (call->state == CALL_DONE || call->state == CALL_FAILED);
}

void call_read_rest(struct call *call)
{
    if (read_rest(call))
        (void)call_wake(call);
}

/* ---- for the owner -------------------------------------------------------- */

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
