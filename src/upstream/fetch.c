// SPDX-License-Identifier: MIT
/* A small outgoing exchange.  The fetch owns its call, the request that leaves and
   the answer as far as it has come; both may hold tokens and are wiped. */
#include "upstream/fetch.h"

#include "base/mem.h"
#include "upstream/fetch_internal.h"

#define LAYERS_MAX 3  /* of compression: nobody means more */
#define RAW_ROOM 8192 /* at once: most answers fit */
#define HEAD_ROOM (128u * 1024)
/* A large body is not looked at again before it has grown by this part of it. */
#define LOOKED_SMALL (256u * 1024)
#define LOOKED_PART 8

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
    fetch->facts = call_facts(fetch->call);
    fetch->status = fetch_status(fetch);
    call_free(fetch->call);
    fetch->call = NULL;
    buf_done(&fetch->head);
    buf_done(&fetch->body);
    finish(fetch, FETCH_FAILED);
}

static void answered(struct fetch *fetch)
{
    struct buf plain;

    buf_init_secret(&plain, fetch->body_max);
    (void)fetch_unpack(fetch, buf_str(&fetch->answer), &plain);
    if (plain.mem) {
        buf_done(&fetch->answer);
        fetch->answer = plain;
    }
    finish(fetch, FETCH_ANSWERED);
}

/* What is no answer by its head and framing may still be followed by bytes that
   are one.  In the call's wake only. */
static bool linger(struct fetch *fetch)
{
    fetch->lingering = call_linger(fetch->call);
    if (fetch->lingering)
        loop_timer_set(fetch->deadline, FETCH_REST_MS);
    return fetch->lingering;
}

static void settle(struct fetch *fetch, enum fetch_worth worth)
{
    if (worth != FETCH_WORTHLESS || fetch->whole)
        answered(fetch);
    else
        fail(fetch);
}

/* No more will come by head and framing; if it FAILS, `err` says why. */
static void settle_or_linger(struct fetch *fetch)
{
    bool more = fetch->look && linger(fetch);
    enum fetch_worth worth = fetch_salvage(fetch);

    if (!more || worth == FETCH_ENOUGH)
        settle(fetch, worth);
}

static void too_late(void *arg)
{
    struct fetch *fetch = arg;

    if (fetch->lingering) {
        settle(fetch, fetch_salvage(fetch));
        return;
    }
    err_set(&fetch->err, ERR_TIMEOUT,
            "the answer of %s:%u was not complete within %llu ms",
            fetch->origin->host, fetch->origin->port,
            (unsigned long long)fetch->answer_ms);
    settle(fetch, fetch_salvage(fetch));
}

static void too_large(struct fetch *fetch)
{
    err_set(&fetch->err, ERR_BAD_RESPONSE,
            "the answer of %s:%u is larger than %u bytes", fetch->origin->host,
            fetch->origin->port, (unsigned)fetch->body_max);
    settle(fetch, fetch_salvage(fetch));
}

/* Complete by its framing; what was packed may still not be. */
static void complete(struct fetch *fetch)
{
    bool doubtful = fetch_is_doubtful(fetch);

    fetch->whole = !fetch->too_large;
    if (fetch->too_large)
        too_large(fetch);
    else if (doubtful)
        settle_or_linger(fetch);
    else
        answered(fetch);
}

/* ---- reading ------------------------------------------------------------ */

static void keep(void *arg, struct str bytes)
{
    struct fetch *fetch = arg;
    size_t room = fetch->body_max - fetch->answer.len;

    buf_add(&fetch->answer, str_sub(bytes, 0, room));
    if (bytes.len > room)
        fetch->too_large = true;
}

static void keep_raw(void *arg, struct str bytes)
{
    struct fetch *fetch = arg;

    buf_add(&fetch->raw, str_sub(bytes, 0, fetch->raw.max - fetch->raw.len));
}

/* Each look takes as long as there is to look at. */
static bool is_time_to_look(struct fetch *fetch)
{
    size_t len = fetch->raw.len;

    if (len >= LOOKED_SMALL &&
        len - fetch->looked < fetch->looked / LOOKED_PART)
        return false;
    fetch->looked = len;
    return true;
}

/* Nobody waits long for an end that does not matter. */
static void hasten(struct fetch *fetch)
{
    if (fetch->hastened || !is_time_to_look(fetch) ||
        fetch_worth_of(fetch, buf_str(&fetch->answer)) != FETCH_ENOUGH)
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
        settle_or_linger(fetch);
    } else if (got == CALL_END) {
        complete(fetch);
    } else {
        hasten(fetch);
    }
}

/* What comes although nothing should: the end settles it, or the deadline. */
static void overhear(struct fetch *fetch)
{
    bool more = call_lingers(fetch->call);
    enum fetch_worth worth;

    if (more && !is_time_to_look(fetch))
        return;
    worth = fetch_salvage(fetch);
    if (!more || worth == FETCH_ENOUGH)
        settle(fetch, worth);
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
    if (fetch->lingering) {
        overhear(fetch);
        return;
    }
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
        read_answer(fetch);
        break;
    case CALL_FAILED:
        fetch->err = *call_error(fetch->call);
        settle_or_linger(fetch);
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
    fetch->loop = options->upstream->loop;
    fetch->origin = origin_ref(options->origin);
    fetch->answer_ms = options->answer_ms;
    fetch->look = options->look;
    fetch->doubt = options->doubt;
    fetch->body_max = options->look ? FETCH_KEEP_MAX : FETCH_BODY_MAX;
    fetch->deadline = loop_timer_new(options->upstream->loop, too_late, fetch);
    buf_init_secret(&fetch->answer, fetch->body_max);
    buf_init_secret(&fetch->raw, fetch->body_max + HEAD_ROOM);
    if (fetch->look)
        (void)buf_room(&fetch->raw, RAW_ROOM);
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
                                           .secret = true,
                                           .connect_ms = options->connect_ms,
                                           .tap = fetch->look ? keep_raw : NULL,
                                           .tap_arg = fetch,
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
    loop_wipe_scratch(fetch->loop); /* where its answer lay: tokens, perhaps */
    loop_timer_free(fetch->deadline);
    origin_free(fetch->origin);
    buf_done(&fetch->head);
    buf_done(&fetch->body);
    buf_done(&fetch->answer);
    buf_done(&fetch->raw);
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

struct call_facts fetch_facts(const struct fetch *fetch)
{
    return fetch->call ? call_facts(fetch->call) : fetch->facts;
}

unsigned fetch_status(const struct fetch *fetch)
{
    const struct parser_head *head =
        fetch->call ? call_head(fetch->call) : NULL;

    return head ? head->status : fetch->status;
}

const struct headers *fetch_headers(const struct fetch *fetch)
{
    static const struct headers none;
    const struct parser_head *head = call_head(fetch->call);

    return head ? &head->headers : &none;
}

struct str fetch_body(const struct fetch *fetch)
{
    return buf_str(&fetch->answer);
}
