// SPDX-License-Identifier: MIT
/* The deadlines of an outgoing exchange, and, while a request is on its way, looks
   whether it arrives (upstream/silence.h). */
#include "upstream/call_internal.h"
#include "upstream/silence.h"

static uint64_t silence_ms(const struct call *call)
{
    return call->options.silence_ms > 0 ? call->options.silence_ms
                                        : SILENCE_LIMIT_MS;
}

/* What was sent and is not answered yet may never have arrived. */
static bool is_watched(const struct call *call)
{
    return call->state == CALL_SENDING || call->state == CALL_WAITING;
}

static void set_timer(struct call *call)
{
    uint64_t now_ms = call_now_ms(call);
    uint64_t at_ms = call->deadline_ms;

    if (is_watched(call) && call->look_at_ms > 0 && call->look_at_ms < at_ms)
        at_ms = call->look_at_ms;
    loop_timer_set(call->timer, at_ms > now_ms ? at_ms - now_ms : 0);
}

/* A look that is due is never put off: what our kernel takes says nothing of the
   other side's. */
void call_set_deadline(struct call *call, uint64_t limit_ms)
{
    uint64_t now_ms = call_now_ms(call);

    call->deadline_ms = now_ms + limit_ms;
    if (is_watched(call) && call->look_at_ms == 0)
        call->look_at_ms = now_ms + silence_ms(call);
    set_timer(call);
}

static void fail(struct call *call, const char *step, const char *why)
{
    char text[CALL_WHERE_MAX];

    err_set(err_kept(&call->err), ERR_TIMEOUT, "%s failed: %s: %s", step,
            call_where(call, text), why);
    call_set_failed(call);
    (void)call_wake(call);
}

static void too_late(struct call *call)
{
    static const char *const steps[] = {
        [CALL_DIALING] = "connect",   [CALL_SECURING] = "TLS",
        [CALL_SENDING] = "send",      [CALL_WAITING] = "first byte",
        [CALL_READING] = "next byte", [CALL_DONE] = "",
        [CALL_FAILED] = "",
    };

    fail(call, steps[call->state], "no progress in time");
}

/* Idle connections that have been silent for as long went the same way. */
static void give_up_dead(struct call *call, const struct stream_acks *acks)
{
    uint64_t sent = stream_sent(call->link->stream) - call->begins_at;

    call->unheard = silence_acknowledged(acks, sent) == 0;
    upstream_drop_silent(call->options.upstream, call->options.origin,
                         call->options.proxy, silence_ms(call));
    fail(call, "send",
         call->unheard ? "the connection is dead: the other side acknowledged "
                         "nothing of what was sent"
                       : "the connection is dead: the other side acknowledged "
                         "a part of what was sent, and then nothing any more");
}

static void look(struct call *call)
{
    struct stream_acks acks = { 0 };

    (void)stream_acks(call->link->stream, &acks);
    switch (silence_judge(&acks, silence_ms(call))) {
    case SILENCE_DEAD:
        give_up_dead(call, &acks);
        break;
    case SILENCE_GOES_ON:
        call->look_at_ms =
            call_now_ms(call) + silence_next_ms(&acks, silence_ms(call));
        set_timer(call);
        break;
    case SILENCE_NONE:
        call->look_at_ms = 0; /* until more is sent */
        set_timer(call);
        break;
    }
}

void call_timer_fired(void *arg)
{
    struct call *call = arg;

    if (is_watched(call) && call_now_ms(call) < call->deadline_ms)
        look(call);
    else
        too_late(call);
}
