// SPDX-License-Identifier: MIT
/* The writing side of an exchange. */
#include "http/response.h"

#include <assert.h>

#include "http/connection.h"

/* What stands around the fields. */
#define FRAME_USUAL 100

void response_start(struct request *req, const struct response_head *head)
{
    struct exchange *x = exchange_of(req);

    assert(x->response == RESPONSE_NONE);
    x->response = RESPONSE_HEAD;
    x->status = head->status;
    x->conn->vouched |= req->is_vouched;
    x->close |= head->framing == RESPONSE_CLOSE || req->http_1_0 ||
                x->body_state != REQUEST_BODY_COMPLETE ||
                (!x->close && connection_is_strange(x->conn));
    (void)buf_room(&x->head, head->fields.len + FRAME_USUAL);
    buf_add(&x->head, STR("HTTP/1.1 "));
    buf_add_u64(&x->head, head->status);
    buf_add(&x->head, STR(" "));
    buf_add(&x->head, head->reason);
    buf_add(&x->head, STR("\r\n"));
    buf_add(&x->head, head->fields);
    if (head->framing == RESPONSE_CHUNKED)
        buf_add(&x->head, STR("transfer-encoding: chunked\r\n"));
    if (x->close)
        buf_add(&x->head, STR("connection: close\r\n"));
    buf_add(&x->head, STR("\r\n"));
}

void response_close_after(struct request *req)
{
    exchange_of(req)->close = true;
}

/* A write that fails leaves a broken stream behind, whose hang-up event tells the
   handler from outside. */
static void write_parts(struct exchange *x, struct str bytes)
{
    struct str parts[2] = { buf_str(&x->head), bytes };

    if (x->gone || parts[0].len + parts[1].len == 0)
        return;
    (void)stream_write(x->conn->stream, parts, 2);
    buf_done(&x->head);
    x->response = RESPONSE_BODY;
    if (stream_queued(x->conn->stream) > 0)
        connection_update(x->conn);
}

void response_write(struct request *req, struct str bytes)
{
    exchange_of(req)->body_bytes += bytes.len;
    write_parts(exchange_of(req), bytes);
}

void response_raw(struct request *req, struct str bytes)
{
    write_parts(exchange_of(req), bytes);
}

void response_count(struct request *req, size_t bytes)
{
    exchange_of(req)->body_bytes += bytes;
}

void response_flush(struct request *req)
{
    write_parts(exchange_of(req), STR_EMPTY);
}

void response_is_secret(struct request *req)
{
    if (!exchange_of(req)->gone)
        stream_wipe_output(exchange_of(req)->conn->stream);
}

void response_push(struct request *req)
{
    response_flush(req);
    stream_push(exchange_of(req)->conn->stream);
}

void response_hurry(struct request *req)
{
    struct connection *conn = exchange_of(req)->conn;

    response_flush(req);
    if (exchange_of(req)->gone)
        return;
    stream_hurry(conn->stream);
    if (stream_queued(conn->stream) > 0)
        connection_update(conn);
}

void response_end(struct request *req)
{
    response_flush(req);
    connection_finish_exchange(exchange_of(req)->conn);
}

static void abort_exchange(struct request *req, bool reset)
{
    struct connection *conn = exchange_of(req)->conn;

    response_flush(req);
    conn->exchange->close = true;
    conn->exchange->cut = true;
    conn->reset = reset;
    connection_finish_exchange(conn);
}

void response_abort(struct request *req)
{
    abort_exchange(req, false);
}

void response_reset(struct request *req)
{
    abort_exchange(req, true);
}

bool response_started(const struct request *req)
{
    return exchange_of(req)->response != RESPONSE_NONE;
}

uint64_t response_bytes(const struct request *req)
{
    return exchange_of(req)->body_bytes;
}

size_t response_queued(const struct request *req)
{
    return stream_queued(exchange_of(req)->conn->stream);
}

void response_send(struct request *req, unsigned status,
                   struct str content_type, struct str fields, struct str body)
{
    struct buf all;
    struct response_head head = { .status = status,
                                  .reason = response_reason(status) };

    buf_init(&all, HEADERS_BYTES_MAX);
    buf_printf(&all, "content-type: " STR_FMT "\r\ncontent-length: %zu\r\n",
               STR_ARG(content_type), body.len);
    buf_add(&all, fields);
    head.fields = buf_str(&all);
    response_start(req, &head);
    if (!request_is_head(req))
        response_write(req, body);
    buf_done(&all);
    response_end(req);
}

struct str response_reason(unsigned status)
{
    static const struct {
        unsigned status;
        struct str reason;
    } table[] = {
        { 200, { "OK", 2 } },
        { 201, { "Created", 7 } },
        { 204, { "No Content", 10 } },
        { 302, { "Found", 5 } },
        { 304, { "Not Modified", 12 } },
        { 400, { "Bad Request", 11 } },
        { 401, { "Unauthorized", 12 } },
        { 402, { "Payment Required", 16 } },
        { 403, { "Forbidden", 9 } },
        { 404, { "Not Found", 9 } },
        { 405, { "Method Not Allowed", 18 } },
        { 408, { "Request Timeout", 15 } },
        { 409, { "Conflict", 8 } },
        { 413, { "Content Too Large", 17 } },
        { 414, { "URI Too Long", 12 } },
        { 415, { "Unsupported Media Type", 22 } },
        { 417, { "Expectation Failed", 18 } },
        { 429, { "Too Many Requests", 17 } },
        { 431, { "Request Header Fields Too Large", 31 } },
        { 500, { "Internal Server Error", 21 } },
        { 502, { "Bad Gateway", 11 } },
        { 503, { "Service Unavailable", 19 } },
        { 504, { "Gateway Timeout", 15 } },
        { 508, { "Loop Detected", 13 } },
    };

    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (table[i].status == status)
            return table[i].reason;
    }
    return STR_EMPTY;
}
