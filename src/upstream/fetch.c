// SPDX-License-Identifier: MIT
/* A small outgoing exchange.  The fetch owns its call, the request that leaves and
   the answer as far as it has come; both may hold tokens and are wiped. */
#include "upstream/fetch.h"

#include "base/mem.h"

struct fetch {
    struct call *call;
    struct loop_timer *deadline;
    void (*wake)(void *arg);
    void *arg;
    const struct origin *origin;
    uint64_t answer_ms;
    enum fetch_state state;
    bool sending;   /* the deadline runs */
    bool too_large; /* more body came than is kept */
    struct buf head;
    struct buf body;
    struct buf answer;
    struct err err;
};

/* ---- ending ------------------------------------------------------------- */

static void finish(struct fetch *fetch, enum fetch_state state)
{
    fetch->state = state;
    loop_timer_stop(fetch->deadline);
    fetch->wake(fetch->arg);
}

/* The connection is closed: nothing more of the answer is wanted. */
static void fail(struct fetch *fetch)
{
    call_free(fetch->call);
    fetch->call = NULL;
    buf_done(&fetch->head);
    buf_done(&fetch->body);
    finish(fetch, FETCH_FAILED);
}

static void too_late(void *arg)
{
    struct fetch *fetch = arg;

    err_set(&fetch->err, ERR_TIMEOUT,
            "the answer of %s:%u was not complete within %llu ms",
            fetch->origin->host, fetch->origin->port,
            (unsigned long long)fetch->answer_ms);
    fail(fetch);
}

/* ---- reading ------------------------------------------------------------ */

static void keep(void *arg, struct str bytes)
{
    struct fetch *fetch = arg;

    if (!buf_append(&fetch->answer, bytes))
        fetch->too_large = true;
}

static void read_answer(struct fetch *fetch)
{
    enum call_data got = CALL_DATA;
    struct str framed;

    call_on_body(fetch->call, keep, fetch);
    while (got == CALL_DATA && !fetch->too_large)
        got = call_read(fetch->call, &framed);
    if (fetch->too_large) {
        err_set(&fetch->err, ERR_BAD_RESPONSE,
                "the answer of %s:%u is larger than %u bytes",
                fetch->origin->host, fetch->origin->port, FETCH_BODY_MAX);
        fail(fetch);
    } else if (got == CALL_CUT) {
        fetch->err = *call_error(fetch->call);
        fail(fetch);
    } else if (got == CALL_END) {
        finish(fetch, FETCH_ANSWERED);
    }
}

static void start_clock(struct fetch *fetch)
{
    if (fetch->sending)
        return;
    fetch->sending = true;
    loop_timer_set(fetch->deadline, fetch->answer_ms);
}

static void call_changed(void *arg)
{
    struct fetch *fetch = arg;

    switch (call_state(fetch->call)) {
    case CALL_DIALING:
    case CALL_SECURING:
        break;
    case CALL_SENDING:
    case CALL_WAITING:
        start_clock(fetch);
        break;
    case CALL_READING:
    case CALL_DONE:
        start_clock(fetch);
        buf_done(&fetch->head);
        buf_done(&fetch->body);
        if (fetch->state == FETCH_BUSY)
            read_answer(fetch);
        break;
    case CALL_FAILED:
        fetch->err = *call_error(fetch->call);
        fail(fetch);
        break;
    }
}

/* ---- starting ----------------------------------------------------------- */

static bool wants_length(const struct fetch_options *options)
{
    return options->body.len > 0 || (!str_eq(options->method, STR("GET")) &&
                                     !str_eq(options->method, STR("HEAD")));
}

static void write_request(struct fetch *fetch,
                          const struct fetch_options *options)
{
    size_t max = 100 + options->method.len + options->target.len +
                 options->host.len + options->fields.len;

    buf_init_secret(&fetch->head, max);
    buf_init_secret(&fetch->body, options->body.len);
    buf_printf(&fetch->head,
               STR_FMT " " STR_FMT " HTTP/1.1\r\nhost: " STR_FMT "\r\n",
               STR_ARG(options->method), STR_ARG(options->target),
               STR_ARG(options->host));
    if (wants_length(options))
        buf_printf(&fetch->head, "content-length: %zu\r\n", options->body.len);
    buf_add(&fetch->head, options->fields);
    buf_add(&fetch->head, STR("\r\n"));
    buf_add(&fetch->body, options->body);
}

struct fetch *fetch_start(const struct fetch_options *options,
                          void (*wake)(void *arg), void *arg)
{
    struct fetch *fetch = MEM_NEW(struct fetch);

    fetch->wake = wake;
    fetch->arg = arg;
    fetch->origin = options->origin;
    fetch->answer_ms = options->answer_ms;
    fetch->deadline = loop_timer_new(options->upstream->loop, too_late, fetch);
    buf_init_secret(&fetch->answer, FETCH_BODY_MAX);
    write_request(fetch, options);
    fetch->call =
        call_start(&(struct call_options){ .upstream = options->upstream,
                                           .origin = options->origin,
                                           .proxy = options->proxy,
                                           .head = buf_str(&fetch->head),
                                           .body = buf_str(&fetch->body),
                                           .body_kind = CALL_BODY_WHOLE,
                                           .to_head = str_eq(options->method,
                                                             STR("HEAD")),
                                           .single = true,
                                           .connect_ms = options->connect_ms,
                                           .first_byte_ms = options->answer_ms,
                                           .idle_ms = options->answer_ms },
                   call_changed, fetch);
    return fetch;
}

void fetch_free(struct fetch *fetch)
{
    if (!fetch)
        return;
    call_free(fetch->call);
    loop_timer_free(fetch->deadline);
    buf_done(&fetch->head);
    buf_done(&fetch->body);
    buf_done(&fetch->answer);
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
    return buf_str(&fetch->answer);
}
