// SPDX-License-Identifier: MIT
/* One small exchange, read whole. */
#include "upstream/fetch.h"

#include "base/mem.h"

#define HEAD_MAX 65536

struct fetch {
    enum fetch_state state;
    struct call *call;
    struct loop_timer *deadline;
    uint64_t answer_ms;
    struct buf head; /* both borrowed by the call */
    struct buf request_body;
    struct buf body;
    bool too_large;
    void (*wake)(void *arg);
    void *arg;
    struct err err;
};

/* ---- progress ----------------------------------------------------------- */

static void finish(struct fetch *fetch, enum fetch_state state)
{
    fetch->state = state;
    loop_timer_stop(fetch->deadline);
    fetch->wake(fetch->arg);
}

static void add_body(void *arg, struct str bytes)
{
    struct fetch *fetch = arg;

    if (!buf_append(&fetch->body, bytes))
        fetch->too_large = true;
}

static void read_body(struct fetch *fetch)
{
    enum call_data got = CALL_DATA;
    struct str raw;

    call_on_body(fetch->call, add_body, fetch);
    while (got == CALL_DATA && !fetch->too_large)
        got = call_read(fetch->call, &raw);
    if (fetch->too_large) {
        err_set(&fetch->err, ERR_BAD_RESPONSE,
                "reading the answer failed: it is larger than %u bytes",
                FETCH_BODY_MAX);
        finish(fetch, FETCH_FAILED);
    } else if (got == CALL_END) {
        finish(fetch, FETCH_ANSWERED);
    } else if (got == CALL_CUT) {
        fetch->err = *call_error(fetch->call);
        finish(fetch, FETCH_FAILED);
    }
}

static void progress(void *arg)
{
    struct fetch *fetch = arg;

    if (fetch->state != FETCH_BUSY)
        return;
    switch (call_state(fetch->call)) {
    case CALL_FAILED:
        fetch->err = *call_error(fetch->call);
        finish(fetch, FETCH_FAILED);
        break;
    case CALL_READING:
    case CALL_DONE:
        read_body(fetch);
        break;
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
    case CALL_WAITING:
        break;
    }
}

static void too_late(void *arg)
{
    struct fetch *fetch = arg;

    if (fetch->state != FETCH_BUSY)
        return;
    err_set(&fetch->err, ERR_TIMEOUT,
            "reading the answer failed: it was not complete within %llu s",
            (unsigned long long)(fetch->answer_ms / 1000));
    finish(fetch, FETCH_FAILED);
}

/* ---- life --------------------------------------------------------------- */

static void write_head(struct fetch *fetch, const struct fetch_options *options)
{
    buf_printf(&fetch->head,
               STR_FMT " " STR_FMT " HTTP/1.1\r\nhost: " STR_FMT "\r\n",
               STR_ARG(options->method), STR_ARG(options->target),
               STR_ARG(options->host));
    buf_add(&fetch->head, options->fields);
    if (options->body.len > 0)
        buf_printf(&fetch->head, "content-length: %zu\r\n", options->body.len);
    buf_add(&fetch->head, STR("\r\n"));
}

struct fetch *fetch_start(const struct fetch_options *options,
                          void (*wake)(void *arg), void *arg)
{
    struct fetch *fetch = MEM_NEW(struct fetch);
    struct call_options call = {
        .upstream = options->upstream,
        .origin = options->origin,
        .proxy = options->proxy,
        .body_kind = CALL_BODY_WHOLE,
        .to_head = str_eq(options->method, STR("HEAD")),
        .fresh = true,
        .connect_ms = options->connect_ms,
        .first_byte_ms = options->answer_ms,
        .idle_ms = options->answer_ms,
    };

    fetch->wake = wake;
    fetch->arg = arg;
    fetch->answer_ms = options->answer_ms;
    buf_init_secret(&fetch->head, HEAD_MAX);
    buf_init_secret(&fetch->request_body, options->body.len + 1);
    buf_init_secret(&fetch->body, FETCH_BODY_MAX);
    write_head(fetch, options);
    buf_add(&fetch->request_body, options->body);
    call.head = buf_str(&fetch->head);
    call.body = buf_str(&fetch->request_body);
    fetch->deadline = loop_timer_new(options->upstream->loop, too_late, fetch);
    loop_timer_set(fetch->deadline,
                   2 * options->connect_ms + options->answer_ms);
    fetch->call = call_start(&call, progress, fetch);
    return fetch;
}

void fetch_free(struct fetch *fetch)
{
    if (!fetch)
        return;
    call_free(fetch->call);
    loop_timer_free(fetch->deadline);
    buf_done(&fetch->head);
    buf_done(&fetch->request_body);
    buf_done(&fetch->body);
    mem_free(fetch);
}

enum fetch_state fetch_state(const struct fetch *fetch)
{
    return fetch->state;
}

const struct err *fetch_error(const struct fetch *fetch)
{
    return &fetch->err;
}

unsigned fetch_status(const struct fetch *fetch)
{
    return call_head(fetch->call)->status;
}

const struct headers *fetch_headers(const struct fetch *fetch)
{
    return &call_head(fetch->call)->headers;
}

struct str fetch_body(const struct fetch *fetch)
{
    return buf_str(&fetch->body);
}
