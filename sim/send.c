// SPDX-License-Identifier: MIT
/* Sending a body: an event or a piece at a time, one write each, up to the point
   where a fault was asked for. */
#include "sim/send.h"

#include <stdio.h>

#include "base/clock.h"
#include "http/response.h"
#include "sim/visit.h"

#define QUEUE_HIGH (256u * 1024)
#define PIECE_DEFAULT (64u * 1024)
#define TURN_MAX 32 /* pieces before others get their turn */

/* ---- ends --------------------------------------------------------------- */

static struct flow_next end_with(struct visit *visit, enum visit_end end,
                                 enum bills_outcome outcome)
{
    visit->end = end;
    visit->outcome = outcome;
    return flow_finish();
}

struct flow_next send_cut(struct flow *flow)
{
    return end_with(VISIT(flow), VISIT_CUT, BILLS_CUT);
}

struct flow_next send_reset(struct flow *flow)
{
    return end_with(VISIT(flow), VISIT_RESET, BILLS_CUT);
}

/* Nothing more until the client leaves. */
struct flow_next send_stalled(struct flow *flow)
{
    (void)flow;
    return flow_sleep_then(send_stalled);
}

static struct flow_next send_garbage(struct flow *flow)
{
    struct visit *visit = VISIT(flow);

    response_raw(visit->req, STR("zz\x01 no chunk \xff\r\n\r\n"));
    visit->if_gone = BILLS_FAILED;
    return flow_sleep_then(send_stalled);
}

static struct flow_next stall(struct flow *flow)
{
    response_flush(VISIT(flow)->req);
    return flow_sleep_then(send_stalled);
}

struct flow_next send_finish(struct flow *flow)
{
    struct visit *visit = VISIT(flow);
    struct bills_row *row = visit_row(visit);

    if (row && !visit->reply.is_stream)
        row->usage = visit->reply.usage;
    /* To close without a word is to cut after a complete answer. */
    return end_with(visit,
                    visit->directives.close == CLOSE_SILENT ? VISIT_CUT
                                                            : VISIT_END,
                    BILLS_COMPLETE);
}

/* ---- faults ------------------------------------------------------------- */

/* After so many events, which have been sent. */
static void place_after(struct visit *visit)
{
    const struct directives *directives = &visit->directives;
    struct reply *reply = &visit->reply;

    if (reply->events != directives->cut_after &&
        reply->events != directives->reset_after)
        return;
    reply->fault_at = reply->sent;
    reply->fault =
        reply->events == directives->cut_after ? send_cut : send_reset;
}

/* The first of the faults asked for. */
void send_prepare(struct visit *visit)
{
    const struct directives *directives = &visit->directives;
    const struct {
        uint64_t at;
        flow_step step;
    } faults[] = {
        { directives->stall_at, stall },
        { directives->cut_at, send_cut },
        { directives->reset_at, send_reset },
        { directives->garbage_at, send_garbage },
    };
    struct reply *reply = &visit->reply;

    reply->fault_at = DIRECTIVES_NONE;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        if (faults[i].at < reply->fault_at) {
            reply->fault_at = faults[i].at;
            reply->fault = faults[i].step;
        }
    }
    if (reply->sse)
        place_after(visit);
}

static bool is_faulty(const struct reply *reply)
{
    return reply->sent >= reply->fault_at;
}

/* "End inside a chunk" without a place means the middle of the last one. */
static void place_cut(struct visit *visit, size_t len)
{
    struct reply *reply = &visit->reply;

    if (!visit->directives.cut_chunk || reply->fault_at != DIRECTIVES_NONE)
        return;
    reply->fault_at = reply->sent + len / 2;
    reply->fault = send_cut;
}

/* ---- writing ------------------------------------------------------------ */

/* `announced` is what the chunk's size line says; `over` ends the body. */
static void write_chunk(struct visit *visit, size_t announced, struct str bytes,
                        bool over)
{
    struct buf *frame = &visit->sim->frame;
    char size[20];
    int len = snprintf(size, sizeof(size), "%zx\r\n", announced);

    buf_clear(frame);
    if (bytes.len > 0) {
        buf_add(frame, (struct str){ size, (size_t)len });
        buf_add(frame, bytes);
        if (announced == bytes.len)
            buf_add(frame, STR("\r\n"));
    }
    if (over)
        buf_add(frame, STR("0\r\n\r\n"));
    response_write(visit->req, buf_str(frame));
}

static void write_bytes(struct visit *visit, size_t announced, struct str bytes,
                        bool over)
{
    struct bills_row *row = visit_row(visit);

    if (visit->reply.framing == FRAMING_CHUNKED)
        write_chunk(visit, announced, bytes, over);
    else
        response_write(visit->req, bytes);
    /* Event by event, as the API sends them. */
    response_push(visit->req);
    visit->reply.sent += bytes.len;
    if (row)
        row->bytes_sent = visit->reply.sent;
}

/* Write all of it, unless the fault comes first; `last` ends the body. */
static void emit(struct visit *visit, struct str bytes, bool last)
{
    struct reply *reply = &visit->reply;
    size_t max = visit->directives.piece > 0 ? (size_t)visit->directives.piece
                                             : SIZE_MAX;

    if (bytes.len == 0 && last && !is_faulty(reply))
        write_bytes(visit, 0, bytes, true);
    while (bytes.len > 0 && !is_faulty(reply)) {
        struct str piece = str_sub(bytes, 0, max);
        size_t announced = piece.len;
        bool over = last && piece.len == bytes.len;

        if (over)
            place_cut(visit, piece.len);
        if (reply->fault_at - reply->sent <= piece.len) {
            over = false;
            piece = str_sub(piece, 0, (size_t)(reply->fault_at - reply->sent));
        }
        if (!visit->directives.cut_chunk)
            announced = piece.len;
        write_bytes(visit, announced, piece, over);
        bytes = str_from(bytes, piece.len);
    }
}

/* The text as it goes out, coded if that was agreed. */
static struct str coded(struct visit *visit, struct str text, bool last)
{
    struct buf *out = &visit->sim->coded;

    if (!visit->reply.compress)
        return text;
    buf_clear(out);
    compress_add(visit->reply.compress, text, last, out);
    return buf_str(out);
}

static void note_event(struct visit *visit)
{
    struct bills_row *row = visit_row(visit);

    if (!row || is_faulty(&visit->reply))
        return;
    row->events_sent++;
    row->usage = visit->reply.sse->billed;
}

/* True if that was the last. */
static bool send_event(struct visit *visit)
{
    struct sse *sse = visit->reply.sse;
    struct buf *event = &visit->sim->event;
    bool last;

    buf_clear(event);
    (void)sse_next(sse, clock_steady_ns(), event);
    last = sse_is_done(sse);
    emit(visit, coded(visit, buf_str(event), last), last);
    note_event(visit);
    visit->reply.events++;
    place_after(visit);
    return last;
}

static bool send_piece(struct visit *visit)
{
    struct reply *reply = &visit->reply;
    size_t max = visit->directives.piece > 0 ? (size_t)visit->directives.piece
                                             : PIECE_DEFAULT;
    struct str piece = str_sub(reply->rest, 0, max);

    reply->rest = str_from(reply->rest, piece.len);
    emit(visit, piece, reply->rest.len == 0);
    return reply->rest.len == 0;
}

/* ---- pace --------------------------------------------------------------- */

/* What counts for the pace: deltas of a stream, bytes of another body. */
static bool needs_pause(struct visit *visit)
{
    struct reply *reply = &visit->reply;
    uint64_t done = reply->sse ? reply->sse->deltas : reply->sent;
    uint64_t burst = visit->directives.burst ? visit->directives.burst : 1;
    bool at_pause =
        reply->sse ? sse_at_delta(reply->sse) && done % burst == 0 : done > 0;

    if (visit->directives.gap_ms == 0 || !at_pause || reply->paced == done + 1)
        return false;
    reply->paced = done + 1;
    return true;
}

/* Pauses are counted from the end of the one before, so that a stream keeps its
   pace even if the sim is late. */
static struct flow_next take_pause(struct visit *visit)
{
    struct reply *reply = &visit->reply;
    uint64_t now_ms = loop_now_ms(visit->sim->loop);

    if (reply->due_ms == 0 || reply->due_ms + 1000 < now_ms)
        reply->due_ms = now_ms;
    reply->due_ms += visit->directives.gap_ms;
    return visit_pause(visit,
                       reply->due_ms > now_ms ? reply->due_ms - now_ms : 0,
                       send_body);
}

struct flow_next send_body(struct flow *flow)
{
    struct visit *visit = VISIT(flow);
    struct reply *reply = &visit->reply;

    for (int i = 0; i < TURN_MAX; i++) {
        bool last;

        if (is_faulty(reply))
            return flow_go(reply->fault);
        if (response_queued(visit->req) > QUEUE_HIGH)
            return flow_sleep_then(send_body);
        if (needs_pause(visit))
            return take_pause(visit);
        last = reply->sse ? send_event(visit) : send_piece(visit);
        if (last && !is_faulty(reply))
            return flow_go(send_finish);
    }
    return visit_pause(visit, 0, send_body);
}
