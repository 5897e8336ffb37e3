// SPDX-License-Identifier: MIT
/* The bodies that are passed on as they come. */
#include "relay/upload.h"

#include <string.h>

/* A streamed upload is not read while so much waits for the upstream. */
#define WINDOW (256u * 1024)
#define NAME "\"proxy_config\""
#define NAME_LEN (sizeof(NAME) - 1)

bool upload_is_streamed(const struct endpoint *endpoint,
                        const struct request *req)
{
    return endpoint->body == ENDPOINT_BODY_STREAMED ||
           (endpoint->body == ENDPOINT_BODY_SIZED &&
            req->length > ENDPOINT_KEPT_MAX);
}

void upload_begin(struct relayed *r)
{
    request_receive(r->req, r->endpoint->body_max, WINDOW);
}

/* Across pieces: the end of the last one stands in front of this one. */
static bool names_a_proxy(struct relayed *r, struct str part)
{
    char seam[2 * NAME_LEN];
    size_t head = part.len < NAME_LEN ? part.len : NAME_LEN;
    size_t tail;

    memcpy(seam, r->upload_tail, r->upload_tail_len);
    memcpy(seam + r->upload_tail_len, part.at, head);
    tail = r->upload_tail_len + head;
    if (str_contains((struct str){ seam, tail }, STR(NAME)) ||
        str_contains(part, STR(NAME)))
        return true;
    if (part.len >= NAME_LEN) {
        memcpy(seam, part.at + part.len - NAME_LEN, NAME_LEN);
        tail = NAME_LEN;
    }
    r->upload_tail_len = tail < NAME_LEN ? tail : NAME_LEN - 1;
    memcpy(r->upload_tail, seam + tail - r->upload_tail_len,
           r->upload_tail_len);
    return false;
}

static bool check(struct relayed *r, struct str part)
{
    if (request_body_state(r->req) == REQUEST_BODY_FAILED) {
        r->err = *request_body_error(r->req);
        return false;
    }
    return r->endpoint->body != ENDPOINT_BODY_SIZED || part.len == 0 ||
           !names_a_proxy(r, part) ||
           err_set(
               &r->err, ERR_BAD_REQUEST,
               "a batch over %llu MB cannot name its own proxy_config: give "
               "the account one, or send smaller batches",
               ENDPOINT_KEPT_MAX >> 20);
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
