// SPDX-License-Identifier: MIT
/* The bodies that are passed on as they come. */
#include "relay/upload.h"

#include "relay/body.h"

/* A streamed upload is not read while so much waits for the upstream. */
#define WINDOW (256u * 1024)

/* Two of them may wait. */
#define SLICE_MAX WINDOW

/* So much of a body is kept; beyond it, it is streamed. */
static uint64_t kept_max(const struct endpoint *endpoint)
{
    switch (endpoint->body) {
    case ENDPOINT_BODY_STREAMED:
        return 0;
    case ENDPOINT_BODY_OPEN:
        return ENDPOINT_OPEN_KEPT_MAX;
    case ENDPOINT_BODY_SIZED:
        return ENDPOINT_KEPT_MAX;
    case ENDPOINT_BODY_WHOLE:
        break;
    }
    return UINT64_MAX;
}

static enum relayed_body streamed_kind(const struct request *req)
{
    return req->length == REQUEST_LENGTH_UNKNOWN ? RELAYED_BODY_CHUNKED
                                                 : RELAYED_BODY_LENGTH;
}

/* A POST says that it has no body. */
enum relayed_body upload_kind(const struct endpoint *endpoint,
                              const struct request *req)
{
    uint64_t max = kept_max(endpoint);

    if (req->length > max &&
        (max == 0 || req->length != REQUEST_LENGTH_UNKNOWN))
        return streamed_kind(req);
    return req->length > 0 || str_eq(req->method, STR("POST"))
               ? RELAYED_BODY_KEPT
               : RELAYED_BODY_NONE;
}

void upload_keep(struct relayed *r, void (*wake)(void *arg))
{
    uint64_t max = kept_max(r->endpoint);
    size_t window = max == UINT64_MAX ? 0 : (size_t)max + 1;

    request_receive(r->req, r->endpoint->body_max, window);
    if (r->endpoint->body != ENDPOINT_BODY_OPEN ||
        request_body_state(r->req) != REQUEST_BODY_READING)
        return;
    r->patient_until_ms =
        loop_now_ms(r->relay->options.loop) + UPLOAD_PATIENCE_MS;
    r->patience = loop_timer_new(r->relay->options.loop, wake, r);
    loop_timer_set(r->patience, UPLOAD_PATIENCE_MS);
}

static bool has_waited_enough(const struct relayed *r)
{
    return r->patience && !body_may_name(r) &&
           loop_now_ms(r->relay->options.loop) >= r->patient_until_ms;
}

bool upload_is_too_much(struct relayed *r)
{
    if (request_body(r->req).len <= kept_max(r->endpoint) &&
        !has_waited_enough(r))
        return false;
    r->body_is = streamed_kind(r->req);
    return true;
}

void upload_is_kept(struct relayed *r)
{
    loop_timer_free(r->patience);
    r->patience = NULL;
}

void upload_begin(struct relayed *r)
{
    upload_is_kept(r);
    request_receive(r->req, r->endpoint->body_max, WINDOW);
    request_narrow(r->req, WINDOW);
}

static bool check(struct relayed *r, struct err *err)
{
    if (request_body_state(r->req) != REQUEST_BODY_FAILED)
        return body_may_pass(r, err);
    *err = *request_body_error(r->req);
    return false;
}

static bool takes_more(const struct relayed *r)
{
    return call_state(r->attempt.call) == CALL_SENDING && !r->upload_ended &&
           call_queued(r->attempt.call) < WINDOW;
}

static void send_slice(struct relayed *r)
{
    struct str slice = str_sub(request_body(r->req), 0, SLICE_MAX);

    call_send(r->attempt.call, slice);
    request_consume(r->req, slice.len);
    r->passed += slice.len;
}

bool upload_pump(struct relayed *r, struct err *err)
{
    if (!check(r, err))
        return false;
    while (takes_more(r) && request_body(r->req).len > 0)
        send_slice(r);
    if (!takes_more(r) || request_body(r->req).len > 0 ||
        request_body_state(r->req) != REQUEST_BODY_COMPLETE)
        return true;
    r->upload_ended = true;
    call_send_end(r->attempt.call);
    return true;
}
