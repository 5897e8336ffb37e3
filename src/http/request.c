// SPDX-License-Identifier: MIT
/* The reading side of an exchange, as handlers see it. */
#include "http/request.h"

#include <assert.h>

#include "base/reason.h"
#include "http/connection.h"

#define PREALLOCATE_MAX (1024u * 1024)

void request_another_id(const struct request *req, char out[REQUEST_ID_SIZE])
{
    request_ids_next(exchange_of(req)->conn->server->options.ids,
                     req->arrived_ms, out);
}

void request_watch(struct request *req, void (*wake)(void *arg), void *arg)
{
    struct exchange *x = exchange_of(req);

    x->wake = wake;
    x->wake_arg = arg;
}

static bool fail(struct exchange *x, enum err_code code, const char *text)
{
    x->body_state = REQUEST_BODY_FAILED;
    return err_set(err_kept(&x->body_err), code, "%s", text);
}

/* Answers "100 Continue" where that was asked and nothing has come yet. */
static void answer_expect(struct exchange *x)
{
    struct str go_on = STR("HTTP/1.1 100 Continue\r\n\r\n");

    if (headers_get(&x->req.headers, STR("expect")) && !x->req.http_1_0 &&
        x->conn->stash.len == 0)
        (void)stream_write(x->conn->stream, &go_on, 1);
}

static bool begin(struct exchange *x, uint64_t max)
{
    if (x->req.length != REQUEST_LENGTH_UNKNOWN && x->req.length > max) {
        fail(x, ERR_TOO_LARGE, "");
        return REASON_SET(err_kept(&x->body_err), BODY_TOO_LARGE,
                          (unsigned long long)x->req.length,
                          (unsigned long long)max);
    }
    answer_expect(x);
    return true;
}

void request_body_is_secret(struct request *req)
{
    exchange_of(req)->body.secret = true;
}

void request_receive(struct request *req, uint64_t max, size_t window)
{
    struct exchange *x = exchange_of(req);

    if (x->body_state != REQUEST_BODY_UNREAD || !begin(x, max))
        return;
    x->body_state = REQUEST_BODY_READING;
    x->body_max = max;
    x->window = window;
    x->rate_from_ms = loop_now_ms(x->conn->server->loop);
    x->body.max = SIZE_MAX / 2;
    if (req->length <= PREALLOCATE_MAX)
        (void)buf_room(&x->body, (size_t)req->length);
    connection_pump_body(x->conn);
    connection_update(x->conn);
}

void request_narrow(struct request *req, size_t window)
{
    struct exchange *x = exchange_of(req);

    if (x->body_state != REQUEST_BODY_READING || x->window == window)
        return;
    x->window = window;
    connection_update(x->conn);
}

enum request_body request_body_state(const struct request *req)
{
    return exchange_of(req)->body_state;
}

const struct err *request_body_error(const struct request *req)
{
    return err_of(exchange_of(req)->body_err);
}

struct str request_body(const struct request *req)
{
    return buf_str(&exchange_of(req)->body);
}

void request_consume(struct request *req, size_t len)
{
    struct exchange *x = exchange_of(req);
    bool was_full = x->window > 0 && x->body.len >= x->window;

    buf_consume(&x->body, len);
    if (!was_full || x->body.len >= x->window)
        return;
    /* The sender was held back by us: its rate counts from now on. */
    x->rate_from_ms = loop_now_ms(x->conn->server->loop);
    x->rate_bytes = 0;
    connection_update(x->conn);
}

void request_drop_body(struct request *req)
{
    buf_done(&exchange_of(req)->body);
}

bool request_is_gone(const struct request *req)
{
    return exchange_of(req)->gone;
}

bool request_is_ended(const struct request *req)
{
    const struct exchange *x = exchange_of(req);

    return x->gone && x->conn->server->ending;
}

void request_vouch(struct request *req)
{
    req->is_vouched = true;
}

void request_release(struct request *req)
{
    assert(request_is_gone(req));
    connection_finish_exchange(exchange_of(req)->conn);
}
