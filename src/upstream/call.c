// SPDX-License-Identifier: MIT
/* One outgoing HTTP exchange: connecting, deadlines, life.  The state drawing is in
   the header.  The call owns its link until the exchange is DONE. */
#include "upstream/call_internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "upstream/trace.h"

uint64_t call_now_ms(const struct call *call)
{
    return loop_now_ms(call->options.upstream->loop);
}

void call_enter(struct call *call, enum call_state state)
{
    const uint64_t limits[] = {
        [CALL_DIALING] = 0, /* the dial has its own */
        [CALL_SECURING] = call->options.connect_ms,
        [CALL_SENDING] = call->options.idle_ms,
        [CALL_WAITING] = call->options.first_byte_ms,
        [CALL_READING] = call->options.idle_ms,
        [CALL_DONE] = 0,
        [CALL_FAILED] = 0,
    };

    call->state = state;
    if (call->options.timed || log_enabled(LOG_DEBUG))
        call->entered_us[state] = clock_steady_ns() / 1000;
    if (state != CALL_FAILED)
        call->reached = state;
    if (limits[state] > 0)
        call_set_deadline(call, limits[state]);
    else
        loop_timer_stop(call->timer);
}

static void free_spent(struct call *call)
{
    link_free(call->spent);
    call->spent = NULL;
}

static void destroy(struct call *call)
{
    if (call->link)
        trace_closed(call, "the request was given up");
    dial_free(call->dial);
    mem_free(call->peer);
    link_free(call->link);
    free_spent(call);
    origin_free(call->options.origin);
    loop_timer_free(call->timer);
    parser_free(call->parser);
    arena_free(call->arena);
    buf_done(&call->stash);
    mem_free(call->err);
    mem_free(call);
}

bool call_wake(struct call *call)
{
    call->waking = true;
    call->wake(call->arg);
    call->waking = false;
    free_spent(call);
    if (!call->freed)
        return true;
    destroy(call);
    return false;
}

/* Closing takes system calls, and an answer may hold what must be kept before the
   next one, lest a process that is killed there loses it. */
void call_spend_link(struct call *call)
{
    trace_closed(call,
                 call->err ? call->err->text : "it is not to be used again");
    if (call->waking || call->options.tap)
        call->spent = call->link;
    else
        link_free(call->link);
    call->link = NULL;
}

void call_set_failed(struct call *call)
{
    if (call->link && call->options.tap)
        call_spend_link(call);
    else if (call->link)
        trace_closed(call, err_of(call->err)->text);
    link_free(call->link);
    call->link = NULL;
    call_enter(call, CALL_FAILED);
}

const char *call_where(const struct call *call, char out[CALL_WHERE_MAX])
{
    const struct origin *origin = call->options.origin;
    const struct proxy *proxy = call->options.proxy;

    if (proxy)
        (void)snprintf(out, CALL_WHERE_MAX, "%s:%u (proxy %s:%u)", origin->host,
                       origin->port, proxy_host(proxy), proxy_port(proxy));
    else
        (void)snprintf(out, CALL_WHERE_MAX, "%s:%u", origin->host,
                       origin->port);
    return out;
}

/* ---- connecting --------------------------------------------------------- */

static void fail_securing(struct call *call)
{
    char text[CALL_WHERE_MAX];

    err_set(err_kept(&call->err), ERR_TLS, "TLS failed: %s: %s",
            call_where(call, text), stream_error(call->link->stream));
    call_set_failed(call);
}

/* True when something changed that the owner should see. */
static bool go_on_securing(struct call *call)
{
    enum stream_status status = stream_secure(call->link->stream);

    if (status == STREAM_AGAIN)
        return false;
    if (status == STREAM_OK) {
        trace_secured(call);
        call_start_sending(call);
    } else {
        fail_securing(call);
    }
    return true;
}

static void sending_ready(struct call *call, unsigned ready)
{
    if (ready & STREAM_DRAINED) {
        call_set_deadline(call, call->options.idle_ms);
        if (call->body_ended)
            call_all_handed_over(call);
        else if (call->options.body_kind == CALL_BODY_WHOLE)
            call_push_body(call);
        else if (!call_wake(call))
            return;
    }
    if ((ready & (STREAM_READABLE | STREAM_HANGUP)) && call->link &&
        call->state != CALL_READING)
        call_read_head(call);
}

static void stream_ready(void *arg, unsigned ready)
{
    struct call *call = arg;

    switch (call->state) {
    case CALL_SECURING:
        if (go_on_securing(call))
            (void)call_wake(call);
        break;
    case CALL_SENDING:
    case CALL_WAITING:
        sending_ready(call, ready);
        break;
    case CALL_READING:
        if (ready & STREAM_READABLE)
            call_allow_reads(call);
        if (call->reads > 0 && call_wake(call))
            call_stash_pending(call);
        break;
    case CALL_DONE:
    case CALL_FAILED:
        if (call_lingers(call))
            call_read_rest(call);
        break;
    case CALL_DIALING:
        break;
    }
}

static void use_link(struct call *call, struct link *link)
{
    call->link = link;
    stream_set_owner(link->stream, stream_ready, call);
}

static void note_peer(struct call *call)
{
    struct str peer = str_of(dial_peer(call->dial));

    if (call->options.single && peer.len > 0)
        call->peer = mem_strdup(peer.at);
}

static void dialled(void *arg)
{
    struct call *call = arg;
    struct origin *origin = call->options.origin;
    struct stream *stream;
    int fd;

    call->dial_times = dial_times(call->dial);
    note_peer(call);
    if (dial_state(call->dial) == DIAL_FAILED) {
        *err_kept(&call->err) = *dial_error(call->dial);
        call_set_failed(call);
        (void)call_wake(call);
        return;
    }
    fd = dial_take(call->dial);
    stream = stream_new(call->options.upstream->loop, fd, stream_ready, call);
    dial_free(call->dial);
    call->dial = NULL;
    use_link(call, link_new(call->options.upstream, stream, origin,
                            call->options.proxy));
    link_make_known(call->link, fd);
    if (origin->tls) {
        stream_start_client_tls(stream, origin->tls, origin->slot,
                                origin->host);
        if (call->options.secret)
            stream_wipe_records(stream);
        call_enter(call, CALL_SECURING);
        if (!go_on_securing(call))
            return;
    } else {
        call_start_sending(call);
    }
    (void)call_wake(call);
}

static void start_dialling(struct call *call)
{
    const struct call_options *options = &call->options;
    struct dial_target target = { .host = options->origin->host,
                                  .port = options->origin->port,
                                  .proxy = options->proxy,
                                  .timeout_ms = options->connect_ms,
                                  .id = options->id };

    call_enter(call, CALL_DIALING);
    call->dial = dial_start(options->upstream->dialer, &target, dialled, call);
}

struct call *call_start(const struct call_options *options,
                        void (*wake_owner)(void *arg), void *arg)
{
    struct call *call = MEM_NEW(struct call);
    struct link *pooled = NULL;

    call->options = *options;
    (void)origin_ref(call->options.origin);
    call->wake = wake_owner;
    call->arg = arg;
    call->parser = parser_new(PARSER_RESPONSE);
    call->timer =
        loop_timer_new(options->upstream->loop, call_timer_fired, call);
    buf_init(&call->stash, LOOP_SCRATCH_SIZE);
    call->stash.secret = options->secret;
    if (!options->fresh && !options->single)
        pooled = upstream_take(options->upstream, options->origin,
                               options->proxy, !call_is_joined(options));
    call->reused = pooled != NULL;
    if (!pooled) {
        start_dialling(call);
        return call;
    }
    use_link(call, pooled);
    trace_taken(call);
    call_start_sending(call);
    return call;
}

void call_free(struct call *call)
{
    if (!call)
        return;
    if (call->waking) {
        call->freed = true;
        if (call->link)
            trace_closed(call, "the request was given up");
        link_free(call->link);
        call->link = NULL;
        loop_timer_stop(call->timer);
        call->state = CALL_FAILED;
        return;
    }
    destroy(call);
}

enum call_state call_state(const struct call *call)
{
    return call->state;
}

const struct parser_head *call_head(const struct call *call)
{
    return parser_head(call->parser);
}

void call_forget_head(struct call *call)
{
    arena_free(call->arena);
    call->arena = NULL;
}

const struct err *call_error(const struct call *call)
{
    return err_of(call->err);
}

/* From entering one state to entering another; 0 if one of them never came. */
static uint64_t between(const struct call *call, enum call_state from,
                        enum call_state to)
{
    uint64_t from_us = call->entered_us[from];
    uint64_t to_us = call->entered_us[to];

    if (to_us == 0)
        to_us = call->entered_us[CALL_FAILED];
    return from_us > 0 && to_us > from_us ? to_us - from_us : 0;
}

/* An answer may come before all of the request has left. */
static uint64_t send_us(const struct call *call)
{
    return between(call, CALL_SENDING,
                   call->entered_us[CALL_WAITING] > 0 ? CALL_WAITING
                                                      : CALL_READING);
}

struct call_times call_times(const struct call *call)
{
    return (struct call_times){
        .dial = call->dial_times,
        .tls_us = between(call, CALL_SECURING, CALL_SENDING),
        .send_us = send_us(call),
        .wait_us = between(call, CALL_WAITING, CALL_READING),
        .answer_us = between(call, CALL_SENDING, CALL_READING),
        .reached = call->reached,
    };
}

struct call_way call_way(const struct call *call)
{
    return (struct call_way){
        .peer = call->peer,
        .tls = call->link ? stream_tls_version(call->link->stream) : NULL,
    };
}

static bool has_begun(const struct call *call)
{
    return call->sent_ms != 0 ||
           (call->link && call->state >= CALL_SENDING &&
            stream_sent(call->link->stream) > call->begins_at);
}

struct call_facts call_facts(const struct call *call)
{
    struct call_facts facts = { .reused = call->reused,
                                .connected = call->reached >= CALL_SENDING,
                                .begun = has_begun(call),
                                .sent = call->sent_ms != 0,
                                .unheard = call->unheard,
                                .answered = call->answered };

    if (facts.sent)
        facts.since_sent_ms = call_now_ms(call) - call->sent_ms;
    return facts;
}
