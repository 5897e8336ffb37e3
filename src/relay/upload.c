// SPDX-License-Identifier: MIT
/* The bodies that are passed on as they come. */
#include "relay/upload.h"

#include "relay/body.h"

/* A streamed upload is not read while so much waits for the upstream. */
#define WINDOW (256u * 1024)

bool upload_is_streamed(const struct endpoint *endpoint,
                        const struct request *req)
{
    switch (endpoint->body) {
    case ENDPOINT_BODY_STREAMED:
    case ENDPOINT_BODY_OPEN:
        return req->length > 0; /* nothing can be sent again */
    case ENDPOINT_BODY_SIZED:
        return req->length > ENDPOINT_KEPT_MAX;
    case ENDPOINT_BODY_WHOLE:
        break;
    }
    return false;
}

void upload_begin(struct relayed *r)
{
    request_receive(r->req, r->endpoint->body_max, WINDOW);
}

static bool check(struct relayed *r, struct str part)
{
    if (request_body_state(r->req) == REQUEST_BODY_FAILED) {
        r->err = *request_body_error(r->req);
        return false;
    }
    return r->endpoint->body == ENDPOINT_BODY_STREAMED ||
           body_may_pass(r, part);
}

bool upload_pump(struct relayed *r)
{
    struct str part = request_body(r->req);

    if (call_state(r->call) != CALL_SENDING || r->upload_ended ||
        call_queued(r->call) >= WINDOW)
        return request_body_state(r->req) != REQUEST_BODY_FAILED ||
               check(r, STR_EMPTY);
    if (!check(r, part))
        return false;
    call_send(r->call, part);
    request_consume(r->req, part.len);
    if (request_body_state(r->req) != REQUEST_BODY_COMPLETE)
        return true;
    r->upload_ended = true;
    call_send_end(r->call);
    return true;
}
