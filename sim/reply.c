// SPDX-License-Identifier: MIT
/* One answer of the simulation; the states are drawn in the header. */
#include "reply.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/response.h"

#define UPLOAD_MAX (600ull * 1024 * 1024)
#define OUT_MAX (64u * 1024 * 1024)
#define QUEUE_HIGH (256u * 1024)
#define PIECES_PER_TURN 1024
#define GARBAGE "\x01\x02garbage\xff\xfe\r\nzz\r\n"

static struct ledger_row *row_of(struct reply *reply)
{
    return ledger_find(reply->sim->ledger, reply->row);
}

static void destroy(struct reply *reply, enum ledger_outcome outcome)
{
    struct ledger_row *row = row_of(reply);

    if (row) {
        row->input_tokens = reply->input_tokens;
        row->output_tokens = reply->output_tokens;
        row->sent_bytes = reply->sent;
    }
    ledger_end(reply->sim->ledger, reply->row, outcome);
    request_watch(reply->req, NULL, NULL);
    loop_timer_free(reply->timer);
    compress_free(reply->compress);
    buf_done(&reply->out);
}

static void finish(struct reply *reply, enum ledger_outcome outcome,
                   void (*end)(struct request *req))
{
    struct request *req = reply->req;

    destroy(reply, outcome);
    mem_free(reply);
    end(req);
}

/* ---- faults ------------------------------------------------------------- */

static void stall(struct reply *reply)
{
    reply->state = REPLY_STALLED;
    loop_timer_stop(reply->timer);
}

static void garbage(struct reply *reply)
{
    response_raw(reply->req, STR(GARBAGE));
    finish(reply, LEDGER_CUT, response_abort);
}

/* The fault that comes first in the body, and where. */
static uint64_t next_fault(const struct directives *d, char *kind)
{
    const struct {
        uint64_t at;
        char kind;
    } faults[] = { { d->stall_at, 's' },
                   { d->cut_at, 'c' },
                   { d->reset_at, 'r' },
                   { d->garbage_at, 'g' } };
    uint64_t first = DIRECTIVES_NONE;

    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        if (faults[i].at < first) {
            first = faults[i].at;
            *kind = faults[i].kind;
        }
    }
    return first;
}

static void break_off(struct reply *reply, char kind)
{
    if (kind == 's')
        stall(reply);
    else if (kind == 'g')
        garbage(reply);
    else
        finish(reply, LEDGER_CUT,
               kind == 'c' ? response_abort : response_reset);
}

/* ---- the body ----------------------------------------------------------- */

static void write_body(struct reply *reply, struct str bytes, bool last)
{
    char size[24];
    struct buf all;

    buf_init(&all, OUT_MAX + 64);
    if (reply->chunked && bytes.len > 0) {
        (void)snprintf(size, sizeof(size), "%zx\r\n", bytes.len);
        buf_add(&all, str_of(size));
    }
    buf_add(&all, bytes);
    if (reply->chunked && bytes.len > 0)
        buf_add(&all, STR("\r\n"));
    if (reply->chunked && last)
        buf_add(&all, STR("0\r\n\r\n"));
    reply->sent += bytes.len;
    response_write(reply->req, buf_str(&all));
    buf_done(&all);
}

static void write_cut_chunk(struct reply *reply, struct str bytes)
{
    char size[24];

    (void)snprintf(size, sizeof(size), "%zx\r\n", bytes.len * 2 + 2);
    response_write(reply->req, str_of(size));
    response_write(reply->req, bytes);
    finish(reply, LEDGER_CUT, response_abort);
}

/* Make the next piece; false if it is the last. */
static bool produce(struct reply *reply)
{
    struct buf piece;
    bool more = false;

    buf_init(&piece, OUT_MAX);
    if (reply->next)
        more = reply->next(reply, &piece);
    else
        buf_add(&piece, reply->body);
    reply->index++;
    buf_clear(&reply->out);
    if (reply->compress)
        compress_add(reply->compress, buf_str(&piece), !more, &reply->out);
    else
        buf_add(&reply->out, buf_str(&piece));
    buf_done(&piece);
    return more;
}

/* One piece; false if the reply ended or stalled with it. */
static bool send_piece(struct reply *reply)
{
    char kind = 0;
    uint64_t fault = next_fault(&reply->d, &kind);
    bool more = produce(reply);
    struct str bytes = buf_str(&reply->out);
    struct ledger_row *row = row_of(reply);

    if (row)
        row->events++;
    if (reply->d.cut_chunk && (reply->index > 1 || !more)) {
        write_cut_chunk(reply, bytes);
        return false;
    }
    if (kind && reply->sent + bytes.len >= fault) {
        write_body(reply, str_sub(bytes, 0, (size_t)(fault - reply->sent)),
                   false);
        break_off(reply, kind);
        return false;
    }
    write_body(reply, bytes, !more);
    if (!more)
        finish(reply, LEDGER_COMPLETE, response_end);
    return more;
}

static void tick(void *arg)
{
    struct reply *reply = arg;
    uint64_t pieces = reply->d.gap_ms ? reply->d.burst : PIECES_PER_TURN;

    for (uint64_t i = 0; i < pieces; i++) {
        if (response_queued(reply->req) > QUEUE_HIGH) {
            if (reply->d.gap_ms) /* otherwise: when it has drained */
                loop_timer_set(reply->timer, reply->d.gap_ms);
            return;
        }
        if (!send_piece(reply))
            return;
    }
    loop_timer_set(reply->timer, reply->d.gap_ms);
}

/* ---- the head ----------------------------------------------------------- */

static void add_limits(struct reply *reply, struct buf *fields)
{
    bool oauth = headers_get(&reply->req->headers, STR("authorization"));

    if (oauth)
        buf_add(fields,
                STR("anthropic-ratelimit-unified-status: allowed\r\n"
                    "anthropic-ratelimit-unified-5h-utilization: 0.25\r\n"
                    "anthropic-ratelimit-unified-7d-utilization: 0.10\r\n"));
    else
        buf_add(fields,
                STR("anthropic-ratelimit-requests-limit: 4000\r\n"
                    "anthropic-ratelimit-requests-remaining: 3999\r\n"));
}

static bool has_field(const struct reply *reply, struct str name)
{
    for (size_t i = 0; i < reply->d.field_count; i++) {
        if (str_istarts(reply->d.fields[i], name))
            return true;
    }
    return false;
}

static void write_fields(struct reply *reply, struct buf *fields)
{
    if (!has_field(reply, STR("content-type:")))
        buf_printf(fields, "content-type: " STR_FMT "\r\n",
                   STR_ARG(reply->content_type));
    buf_printf(fields, "request-id: req_sim_%llu\r\n",
               (unsigned long long)reply->row);
    add_limits(reply, fields);
    for (size_t i = 0; i < reply->d.field_count; i++)
        buf_printf(fields, STR_FMT "\r\n", STR_ARG(reply->d.fields[i]));
    if (reply->compress)
        buf_printf(fields, "content-encoding: " STR_FMT "\r\n",
                   STR_ARG(reply->d.encoding));
}

/* A length must be known in front: the whole body is made first. */
static void make_whole(struct reply *reply)
{
    struct buf all;

    buf_init(&all, OUT_MAX);
    while (produce(reply))
        buf_add(&all, buf_str(&reply->out));
    buf_add(&all, buf_str(&reply->out));
    reply->body = arena_str(reply->req->arena, buf_str(&all));
    reply->next = NULL;
    compress_free(reply->compress);
    reply->compress = NULL;
    buf_done(&all);
}

static enum response_framing choose_framing(struct reply *reply)
{
    struct str wanted = reply->d.framing;

    if (str_eq(wanted, STR("close")))
        return RESPONSE_CLOSE;
    if (str_eq(wanted, STR("chunked")) || (reply->next && wanted.len == 0))
        return RESPONSE_CHUNKED;
    return RESPONSE_LENGTH;
}

static void send_head(struct reply *reply)
{
    struct response_head head = { .status = reply->status,
                                  .reason = response_reason(reply->status),
                                  .framing = choose_framing(reply) };
    struct buf fields;

    buf_init(&fields, HEADERS_BYTES_MAX);
    write_fields(reply, &fields);
    reply->chunked = head.framing == RESPONSE_CHUNKED;
    if (head.framing == RESPONSE_LENGTH) {
        make_whole(reply);
        buf_printf(&fields, "content-length: %zu\r\n", reply->body.len);
    }
    head.fields = buf_str(&fields);
    if (reply->d.close)
        response_close_after(reply->req);
    response_start(reply->req, &head);
    buf_done(&fields);
    reply->head_sent = true;
}

static void begin(void *arg)
{
    struct reply *reply = arg;

    if (reply->head_sent) {
        tick(reply);
        return;
    }
    if (reply->d.garbage_head) {
        garbage(reply);
        return;
    }
    reply->state = REPLY_SENDING;
    send_head(reply);
    if (reply->d.after_head_ms == 0) {
        tick(reply);
        return;
    }
    response_flush(reply->req);
    loop_timer_set(reply->timer, reply->d.after_head_ms);
}

static void apply_overrides(struct reply *reply)
{
    const struct str *offered =
        headers_get(&reply->req->headers, STR("accept-encoding"));

    if (reply->d.status > 0)
        reply->status = (unsigned)reply->d.status;
    if (reply->d.body.len > 0 || (reply->d.status >= 400 && reply->next)) {
        reply->next = NULL;
        reply->body = reply->d.body;
        reply->content_type = STR("application/json");
    }
    if (offered && str_contains(*offered, reply->d.encoding))
        reply->compress = compress_new(reply->d.encoding);
}

void reply_start(struct reply *reply)
{
    struct ledger_row *row = row_of(reply);
    struct str before = reply->d.before_head;

    apply_overrides(reply);
    if (row) {
        row->status = reply->status;
        row->stream = reply->next != NULL;
        row->body_bytes = reply->req->length;
        (void)snprintf(row->model, sizeof(row->model), STR_FMT,
                       STR_ARG(str_sub(reply->model, 0, 60)));
    }
    reply->state = REPLY_WAITING;
    if (str_eq(before, STR("stall")))
        stall(reply);
    else if (before.len > 0)
        finish(reply, LEDGER_CUT,
               str_eq(before, STR("reset")) ? response_reset : response_abort);
    else if (reply->d.first_byte_ms > 0)
        loop_timer_set(reply->timer, reply->d.first_byte_ms);
    else
        begin(reply);
}

/* ---- the request -------------------------------------------------------- */

static void wake(void *arg)
{
    struct reply *reply = arg;

    if (request_is_gone(reply->req)) {
        finish(reply, LEDGER_ABORTED, request_release);
        return;
    }
    switch (reply->state) {
    case REPLY_RECEIVING:
        if (request_body_state(reply->req) == REQUEST_BODY_COMPLETE)
            reply->received(reply);
        else if (request_body_state(reply->req) == REQUEST_BODY_FAILED)
            finish(reply, LEDGER_CUT, response_abort);
        break;
    case REPLY_SENDING:
        if (reply->head_sent && response_queued(reply->req) == 0 &&
            reply->d.gap_ms == 0)
            tick(reply);
        break;
    case REPLY_WAITING:
    case REPLY_STALLED:
        break;
    }
}

/* The next waiting fault of the control endpoint for this path. */
static void take_fault(struct reply *reply)
{
    struct sim *sim = reply->sim;

    for (size_t i = 0; i < sim->fault_count; i++) {
        struct sim_fault *fault = &sim->faults[i];

        if (fault->times == 0 ||
            (fault->path.len > 0 && !str_eq(fault->path, reply->req->path)))
            continue;
        fault->times--;
        directives_from_json(&reply->d,
                             json_doc_get(fault->doc, "directives"));
        return;
    }
}

static void note_request(struct reply *reply)
{
    struct ledger_row *row = ledger_begin(reply->sim->ledger);

    reply->row = row->id;
    (void)snprintf(row->method, sizeof(row->method), STR_FMT,
                   STR_ARG(str_sub(reply->req->method, 0, 7)));
    (void)snprintf(row->target, sizeof(row->target), STR_FMT,
                   STR_ARG(str_sub(reply->req->target, 0, 127)));
    (void)snprintf(row->name, sizeof(row->name), STR_FMT,
                   STR_ARG(str_sub(reply->d.name, 0, 63)));
}

struct reply *reply_new(struct sim *sim, struct request *req,
                        void (*received)(struct reply *reply))
{
    struct reply *reply = MEM_NEW(struct reply);

    reply->sim = sim;
    reply->req = req;
    reply->received = received;
    reply->model = STR_EMPTY;
    reply->timer = loop_timer_new(sim->loop, begin, reply);
    buf_init(&reply->out, OUT_MAX);
    directives_init(&reply->d);
    directives_from_headers(&reply->d, &req->headers);
    take_fault(reply);
    note_request(reply);
    request_watch(req, wake, reply);
    request_receive(req, UPLOAD_MAX, 0);
    return reply;
}

void reply_json(struct reply *reply, unsigned status, struct str body)
{
    reply->status = status;
    reply->content_type = STR("application/json");
    reply->body = arena_str(reply->req->arena, body);
    reply_start(reply);
}

void reply_error(struct reply *reply, unsigned status, const char *type,
                 const char *message)
{
    struct str body = arena_printf(
        reply->req->arena,
        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},"
        "\"request_id\":\"req_sim_%llu\"}",
        type, message, (unsigned long long)reply->row);

    reply->next = NULL;
    reply_json(reply, status, body);
}
