// SPDX-License-Identifier: MIT
/* A small outgoing exchange.  The fetch owns its call, the request that leaves and
   the answer as far as it has come; both may hold tokens and are wiped. */
#include "upstream/fetch.h"

#include "base/inflate.h"
#include "base/mem.h"

#define LAYERS_MAX 3 /* of compression: nobody means more */

struct fetch {
    struct call *call;
    struct loop_timer *deadline;
    void (*wake)(void *arg);
    void *arg;
    const struct origin *origin;
    uint64_t answer_ms;
    fetch_look_fn *look;
    enum fetch_state state;
    bool sending;   /* the deadline runs */
    bool headed;    /* status and fields are there */
    bool hastened;  /* the deadline is that of a rest that does not matter */
    bool too_large; /* more body came than is kept */
    struct buf head;
    struct buf body;
    struct buf answer;
    struct err err;
};

/* ---- decoding ----------------------------------------------------------- */

/* "deflate" has no mark of its own: it is believed where the field names it, unless
   what came is plainly JSON. */
static bool is_packed(const struct fetch *fetch, struct str body)
{
    const struct str *coding =
        headers_get(fetch_headers(fetch), STR("content-encoding"));

    return inflate_is_gzip(body) ||
           (coding && str_ieq(str_trim(*coding), STR("deflate")) &&
            !str_starts(str_trim(body), STR("{")));
}

/* The body without compression, in `plain` if there was any.  What only pretends to
   be packed stays as it is. */
static struct str unpack(struct fetch *fetch, struct buf *plain)
{
    struct str body = buf_str(&fetch->answer);
    enum inflate_end end = INFLATE_WHOLE;

    for (int i = 0; i < LAYERS_MAX && end == INFLATE_WHOLE; i++) {
        struct buf next;

        if (!is_packed(fetch, body))
            break;
        buf_init_secret(&next, FETCH_BODY_MAX);
        end = inflate_text(body, &next);
        if (next.len == 0) {
            buf_done(&next);
            break;
        }
        buf_done(plain);
        *plain = next;
        body = buf_str(plain);
    }
    fetch->too_large = fetch->too_large || end == INFLATE_LARGE;
    return body;
}

static enum fetch_worth worth_of(struct fetch *fetch)
{
    enum fetch_worth worth;
    struct buf plain;

    if (!fetch->look || !fetch->headed)
        return FETCH_WORTHLESS;
    buf_init_secret(&plain, FETCH_BODY_MAX);
    worth = fetch->look(fetch_status(fetch), unpack(fetch, &plain));
    buf_done(&plain);
    return worth;
}

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

static void answered(struct fetch *fetch)
{
    struct buf plain;

    buf_init_secret(&plain, FETCH_BODY_MAX);
    (void)unpack(fetch, &plain);
    if (plain.mem) {
        buf_done(&fetch->answer);
        fetch->answer = plain;
    }
    finish(fetch, FETCH_ANSWERED);
}

/* No more will come; `err` says why. */
static void cut_off(struct fetch *fetch)
{
    if (worth_of(fetch) != FETCH_WORTHLESS)
        answered(fetch);
    else
        fail(fetch);
}

static void too_late(void *arg)
{
    struct fetch *fetch = arg;

    err_set(&fetch->err, ERR_TIMEOUT,
            "the answer of %s:%u was not complete within %llu ms",
            fetch->origin->host, fetch->origin->port,
            (unsigned long long)fetch->answer_ms);
    cut_off(fetch);
}

static void too_large(struct fetch *fetch)
{
    err_set(&fetch->err, ERR_BAD_RESPONSE,
            "the answer of %s:%u is larger than %u bytes", fetch->origin->host,
            fetch->origin->port, FETCH_BODY_MAX);
    cut_off(fetch);
}

/* Complete by its framing; what was packed may still not be. */
static void complete(struct fetch *fetch)
{
    struct buf plain;

    buf_init_secret(&plain, FETCH_BODY_MAX);
    (void)unpack(fetch, &plain);
    buf_done(&plain);
    if (fetch->too_large)
        too_large(fetch);
    else
        answered(fetch);
}

/* ---- reading ------------------------------------------------------------ */

static void keep(void *arg, struct str bytes)
{
    struct fetch *fetch = arg;
    size_t room = FETCH_BODY_MAX - fetch->answer.len;

    buf_add(&fetch->answer, str_sub(bytes, 0, room));
    if (bytes.len > room)
        fetch->too_large = true;
}

/* Nobody waits long for an end that does not matter. */
static void hasten(struct fetch *fetch)
{
    if (fetch->hastened || worth_of(fetch) != FETCH_ENOUGH)
        return;
    fetch->hastened = true;
    if (fetch->answer_ms > FETCH_REST_MS)
        loop_timer_set(fetch->deadline, FETCH_REST_MS);
}

static void read_answer(struct fetch *fetch)
{
    enum call_data got = CALL_DATA;
    struct str framed;

    call_on_body(fetch->call, keep, fetch);
    while (got == CALL_DATA && !fetch->too_large)
        got = call_read(fetch->call, &framed);
    if (fetch->too_large) {
        too_large(fetch);
    } else if (got == CALL_CUT) {
        fetch->err = *call_error(fetch->call);
        cut_off(fetch);
    } else if (got == CALL_END) {
        complete(fetch);
    } else {
        hasten(fetch);
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

    if (fetch->state != FETCH_BUSY)
        return;
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
        fetch->headed = true;
        read_answer(fetch);
        break;
    case CALL_FAILED:
        fetch->err = *call_error(fetch->call);
        cut_off(fetch);
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
    size_t max = 200 + options->method.len + options->target.len +
                 options->host.len + options->fields.len;

    buf_init_secret(&fetch->head, max);
    buf_init_secret(&fetch->body, options->body.len);
    buf_printf(&fetch->head,
               STR_FMT " " STR_FMT " HTTP/1.1\r\nhost: " STR_FMT "\r\n",
               STR_ARG(options->method), STR_ARG(options->target),
               STR_ARG(options->host));
    if (wants_length(options))
        buf_printf(&fetch->head, "content-length: %zu\r\n", options->body.len);
    buf_add(&fetch->head, STR("accept-encoding: identity\r\n"));
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
    fetch->look = options->look;
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
