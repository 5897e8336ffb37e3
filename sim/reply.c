// SPDX-License-Identifier: MIT
/* Deciding on an answer, and its way up to the head; send.c sends the body. */
#include "sim/reply.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/response.h"
#include "sim/fields.h"
#include "sim/send.h"
#include "sim/visit.h"

#define OWN_MAX (1ull << 30)
#define HOLD_LOOK_MS 10

void reply_done(struct reply *reply)
{
    compress_free(reply->compress);
    buf_done(&reply->own);
}

/* ---- deciding ----------------------------------------------------------- */

struct buf *reply_open(struct visit *visit, unsigned status, struct str type)
{
    struct reply *reply = &visit->reply;

    buf_done(&reply->own);
    buf_init(&reply->own, OWN_MAX);
    reply->status = status;
    reply->type = type;
    reply->body = STR_EMPTY;
    reply->sse = NULL;
    return &reply->own;
}

struct buf *reply_json(struct visit *visit)
{
    return reply_open(visit, 200, STR("application/json"));
}

void reply_body(struct visit *visit, unsigned status, struct str type,
                struct str body)
{
    (void)reply_open(visit, status, type);
    visit->reply.body = body;
}

const char *reply_error_type(unsigned status)
{
    static const struct {
        unsigned status;
        const char *type;
    } types[] = {
        { 401, "authentication_error" }, { 402, "billing_error" },
        { 403, "permission_error" },     { 404, "not_found_error" },
        { 409, "conflict_error" },       { 413, "request_too_large" },
        { 429, "rate_limit_error" },     { 504, "timeout_error" },
        { 529, "overloaded_error" },
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (types[i].status == status)
            return types[i].type;
    }
    return status < 500 ? "invalid_request_error" : "api_error";
}

void reply_fault(struct visit *visit, unsigned status, const char *message)
{
    struct buf *out = reply_open(visit, status, STR("application/json"));

    buf_printf(out,
               "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"",
               reply_error_type(status));
    text_json_escape(out, str_of(message));
    buf_printf(out, "\"},\"request_id\":\"%s\"}", visit->id);
}

/* ---- the head ----------------------------------------------------------- */

static bool has_no_body(const struct visit *visit)
{
    unsigned status = visit->reply.status;

    return status == 204 || status == 304 ||
           str_eq(visit->req->method, STR("HEAD"));
}

static void compress_body(struct reply *reply, struct arena *arena)
{
    struct compress *compress = compress_new(reply->encoding);
    struct buf coded;

    buf_init(&coded, OWN_MAX);
    compress_add(compress, reply->rest, true, &coded);
    compress_free(compress);
    reply->rest = arena_str(arena, buf_str(&coded));
    buf_done(&coded);
}

static enum directive_framing choose_framing(const struct visit *visit)
{
    const struct reply *reply = &visit->reply;
    enum directive_framing framing =
        (enum directive_framing)visit->directives.framing;

    if (framing == FRAMING_DEFAULT)
        framing = reply->sse ? FRAMING_CHUNKED : FRAMING_LENGTH;
    if (framing == FRAMING_LENGTH && reply->sse &&
        (reply->encoding != ENCODING_NONE || reply->sse->plan.endless))
        framing = FRAMING_CHUNKED;
    if (framing == FRAMING_CHUNKED && visit->req->http_1_0)
        framing = FRAMING_CLOSE;
    return framing;
}

static void prepare(struct visit *visit)
{
    struct reply *reply = &visit->reply;

    reply->rest = reply->own.len > 0 ? buf_str(&reply->own) : reply->body;
    reply->is_stream = reply->sse != NULL;
    reply->encoding =
        compress_offered((enum directive_encoding)visit->directives.encoding,
                         &visit->req->headers);
    reply->framing = choose_framing(visit);
    if (reply->encoding != ENCODING_NONE && reply->sse)
        reply->compress = compress_new(reply->encoding);
    else if (reply->encoding != ENCODING_NONE)
        compress_body(reply, visit->req->arena);
}

static void write_fields(struct visit *visit, struct buf *out)
{
    struct reply *reply = &visit->reply;
    struct fields fields = {
        .cache = &visit->sim->fields,
        .now_ms = clock_wall_ms(),
        .kind = visit->credential.kind,
        .request_id = visit->id,
        .type = reply->type,
        .has_length = reply->framing == FRAMING_LENGTH &&
                      reply->status != 204 && reply->status != 304,
        .is_stream = reply->is_stream,
    };

    if (reply->encoding != ENCODING_NONE)
        fields.encoding = compress_name(reply->encoding);
    if (fields.has_length)
        fields.length = reply->sse ? sse_length(reply->sse) : reply->rest.len;
    fields_write(&fields, &visit->directives, out);
}

static void start(struct visit *visit)
{
    static const enum response_framing framings[] = {
        [FRAMING_CHUNKED] = RESPONSE_CHUNKED,
        [FRAMING_LENGTH] = RESPONSE_LENGTH,
        [FRAMING_CLOSE] = RESPONSE_CLOSE,
    };
    struct reply *reply = &visit->reply;
    struct response_head head = {
        .status = reply->status,
        .reason = response_reason(reply->status),
        .framing = framings[reply->framing],
    };
    struct buf *fields = &visit->sim->frame;

    buf_clear(fields);
    write_fields(visit, fields);
    head.fields = buf_str(fields);
    if (visit->directives.close == CLOSE_ANNOUNCED)
        response_close_after(visit->req);
    response_start(visit->req, &head);
}

static void note_head(struct visit *visit)
{
    struct bills_row *row = visit_row(visit);

    visit->sim->streams_open += visit->reply.is_stream;
    if (!row)
        return;
    row->status = visit->reply.status;
    row->stream = visit->reply.is_stream;
}

static struct flow_next send_head(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    prepare(visit);
    start(visit);
    note_head(visit);
    if (has_no_body(visit))
        return flow_go(send_finish);
    send_prepare(visit);
    if (visit->directives.after_head_ms == 0)
        return flow_go(send_body);
    response_flush(visit->req);
    return visit_pause(visit, visit->directives.after_head_ms, send_body);
}

static struct flow_next send_garbage_head(struct visit *visit)
{
    response_raw(visit->req,
                 STR("\x16\x03\x01 this is no HTTP\r\n\x01\xff garbage\r\n"
                     "\r\n"));
    visit->if_gone = BILLS_FAILED;
    return flow_sleep_then(send_stalled);
}

static struct flow_next before_head(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    if (visit->reply.hold && *visit->reply.hold)
        return visit_pause(visit, HOLD_LOOK_MS, before_head);
    if (visit->directives.garbage_head)
        return send_garbage_head(visit);
    switch ((enum directive_before_head)visit->directives.before_head) {
    case BEFORE_HEAD_CUT:
        return flow_go(send_cut);
    case BEFORE_HEAD_RESET:
        return flow_go(send_reset);
    case BEFORE_HEAD_STALL:
        return flow_sleep_then(send_stalled);
    case BEFORE_HEAD_NOTHING:
        break;
    }
    return flow_go(send_head);
}

struct flow_next reply_first_byte(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    if (visit->directives.first_byte_ms == 0)
        return flow_go(before_head);
    return visit_pause(visit, visit->directives.first_byte_ms, before_head);
}
