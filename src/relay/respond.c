// SPDX-License-Identifier: MIT
/* How the client's answer begins. */
#include "relay/respond.h"

#include "relay/gather.h"
#include "relay/metering.h"
#include "relay/pass.h"

/* What came, without its framing. */
static void take_body(void *arg, struct str bytes)
{
    struct relayed *r = arg;

    if (r->unframed)
        response_write(r->req, bytes);
    if (r->meter)
        metering_feed(r->meter, bytes);
}

static enum response_framing choose_framing(const struct relayed *r,
                                            const struct parser_head *head)
{
    if (head->chunked)
        return r->req->http_1_0 ? RESPONSE_CLOSE : RESPONSE_CHUNKED;
    return head->length == PARSER_LENGTH_UNKNOWN ? RESPONSE_CLOSE
                                                 : RESPONSE_LENGTH;
}

/* `fields`: as pass_response() writes them. */
static void start_response(struct relayed *r, const struct buf *fields)
{
    const struct parser_head *head = call_head(r->call);

    response_start(r->req, &(struct response_head){ .status = head->status,
                                                    .reason = head->reason,
                                                    .fields = buf_str(fields),
                                                    .framing = r->framing });
}

static void write_body(struct relayed *r, struct str body)
{
    r->bytes_out += body.len;
    response_write(r->req, body);
}

void respond_as_it_came(struct relayed *r)
{
    const struct parser_head *head = call_head(r->call);
    struct buf fields;

    r->framing = choose_framing(r, head);
    r->unframed = head->chunked && r->req->http_1_0;
    r->meter = metering_start(r->endpoint, head);
    if (r->unframed || r->meter)
        call_on_body(r->call, take_body, r);
    buf_init(&fields, PASS_HEAD_MAX);
    pass_response(&head->headers, &fields);
    start_response(r, &fields);
    buf_done(&fields);
    if (r->gather)
        write_body(r, gather_came(r->gather, r->unframed));
}

void respond_widened(struct relayed *r)
{
    struct str body = gather_widened(r->gather);
    struct buf fields;

    r->framing = RESPONSE_LENGTH;
    buf_init(&fields, PASS_HEAD_MAX);
    pass_response_resized(&call_head(r->call)->headers, body.len, &fields);
    start_response(r, &fields);
    buf_done(&fields);
    write_body(r, body);
}
