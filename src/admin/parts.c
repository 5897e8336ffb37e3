// SPDX-License-Identifier: MIT
/* Answers of the management API in parts. */
#include "admin/parts.h"

#include <stdio.h>

#include "admin/audited.h"
#include "admin/reply.h"
#include "http/response.h"

/* What may wait for a slow reader, one part, and how many of them in one turn of the
   loop: others have theirs. */
#define QUEUED_MAX (128u * 1024)
#define PART_MAX (64u * 1024)
#define PARTS_A_TURN 16

static bool is_framed(const struct admin_request *x)
{
    return !x->req->http_1_0;
}

/* A chunk of nothing would be the end. */
static void send_part(struct admin_request *x, struct str bytes)
{
    char size[24];
    int len = snprintf(size, sizeof(size), "%zx\r\n", bytes.len);

    if (bytes.len == 0)
        return;
    if (is_framed(x))
        response_raw(x->req, (struct str){ size, (size_t)len });
    response_write(x->req, bytes);
    if (is_framed(x))
        response_raw(x->req, STR("\r\n"));
}

static enum admin_part make_part(struct admin_request *x)
{
    struct buf part;
    enum admin_part said;

    if (x->secret_parts)
        buf_init_secret(&part, PART_MAX);
    else
        buf_init(&part, PART_MAX);
    said = x->parts->write(x, &part);
    send_part(x, buf_str(&part));
    buf_done(&part);
    return said;
}

/* Where the end of the connection ends the body, only a reset looks cut. */
static struct flow_next cut(struct admin_request *x)
{
    struct request *req;

    audit_refused(audited_hand_over(x), &x->err);
    req = admin_end(x);
    req->notes.refusal = &x->err;
    if (req->http_1_0)
        response_reset(req);
    else
        response_abort(req);
    return flow_finish();
}

static struct flow_next finish(struct admin_request *x)
{
    struct request *req = admin_end(x);

    if (!req->http_1_0 && !request_is_head(req))
        response_raw(req, STR("0\r\n\r\n"));
    response_end(req);
    return flow_finish();
}

/* True: it is, and `*next` is what the step returns. */
static bool is_over(struct admin_request *x, struct flow_next *next)
{
    if (admin_session_is_over(x))
        *next = x->is_endless ? finish(x) : cut(x);
    else if (x->is_over && x->is_over(x))
        *next = cut(x);
    else
        return false;
    return true;
}

static struct flow_next write_on(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;

    if (is_over(x, &next))
        return next;
    for (unsigned i = 0; i < PARTS_A_TURN; i++) {
        if (response_queued(x->req) > QUEUED_MAX)
            return flow_sleep_then(write_on);
        switch (make_part(x)) {
        case ADMIN_PART_MORE:
            break;
        case ADMIN_PART_WAIT:
            response_push(x->req);
            return flow_sleep_then(write_on);
        case ADMIN_PART_LAST:
            return finish(x);
        case ADMIN_PART_BROKEN:
            return cut(x);
        }
    }
    return admin_rest(x, write_on);
}

static struct flow_next begin(struct admin_request *x,
                              const struct admin_parts *parts,
                              struct str fields)
{
    struct request *req = x->req;

    x->parts = parts;
    response_start(req, &(struct response_head){
                            .status = 200,
                            .reason = response_reason(200),
                            .fields = arena_printf(req->arena,
                                                   "content-type: " STR_FMT
                                                   "\r\n" REPLY_FIELDS STR_FMT,
                                                   STR_ARG(parts->content_type),
                                                   STR_ARG(fields)),
                            .framing = is_framed(x) ? RESPONSE_CHUNKED
                                                    : RESPONSE_CLOSE });
    if (request_is_head(req))
        return finish(x);
    return flow_go(write_on);
}

struct flow_next admin_reply_parts(struct admin_request *x,
                                   const struct admin_parts *parts)
{
    return begin(x, parts, STR_EMPTY);
}

struct flow_next admin_reply_secret_parts(struct admin_request *x,
                                          const struct admin_parts *parts,
                                          struct str fields)
{
    x->secret_parts = true;
    response_is_secret(x->req);
    return begin(x, parts, fields);
}
