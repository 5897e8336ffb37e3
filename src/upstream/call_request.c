// SPDX-License-Identifier: MIT
/* The sending half of an outgoing exchange. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "upstream/call_internal.h"

/* A request up to this size leaves in one TLS record and one send(). */
#define JOINED_MAX 16000
/* Two full records: what the kernel does not take is copied, so no more than this is
   encrypted before it is known that it does. */
#define SLICE_SIZE (32u * 1024)

void call_all_handed_over(struct call *call)
{
    call->body_ended = true;
    call->leaves_at = stream_written(call->link->stream);
    if (stream_queued(call->link->stream) > 0 || call->state != CALL_SENDING)
        return;
    call->sent_ms = call_now_ms(call);
    call_enter(call, CALL_WAITING);
}

void call_push_body(struct call *call)
{
    struct stream *stream = call->link->stream;

    while (call->body_sent < call->options.body.len &&
           stream_queued(stream) == 0) {
        struct str slice =
            str_sub(call->options.body, call->body_sent, SLICE_SIZE);

        if (stream_write(stream, &slice, 1) != STREAM_OK)
            return; /* the hang-up event will follow */
        call->body_sent += slice.len;
    }
    if (call->body_sent == call->options.body.len)
        call_all_handed_over(call);
}

/* Side by side, so that they share a record; the copy held a credential and is
   wiped. */
static enum stream_status send_one_record(struct call *call)
{
    char joined[JOINED_MAX];
    size_t head_len = call->options.head.len;
    struct str all = { joined, head_len + call->options.body.len };
    enum stream_status status;

    memcpy(joined, call->options.head.at, head_len);
    if (call->options.body.len > 0)
        memcpy(joined + head_len, call->options.body.at,
               call->options.body.len);
    status = stream_write(call->link->stream, &all, 1);
    mem_wipe(joined, all.len);
    return status;
}

/* Head and small body; in the open they leave together by themselves. */
static enum stream_status send_joined(struct call *call)
{
    struct str parts[2] = { call->options.head, call->options.body };

    call->body_sent = call->options.body.len;
    return call->options.origin->tls
               ? send_one_record(call)
               : stream_write(call->link->stream, parts, 2);
}

bool call_is_joined(const struct call_options *options)
{
    return options->body_kind == CALL_BODY_WHOLE &&
           options->head.len + options->body.len <= JOINED_MAX;
}

void call_start_sending(struct call *call)
{
    enum stream_status status;

    call_enter(call, CALL_SENDING);
    call_begin_answer(call);
    call->begins_at = stream_sent(call->link->stream);
    stream_wipe_output(call->link->stream);
    if (call_is_joined(&call->options))
        status = send_joined(call);
    else
        status = stream_write(call->link->stream, &call->options.head, 1);
    /* If it is broken, the hang-up event will follow. */
    if (status == STREAM_OK && call->options.body_kind == CALL_BODY_WHOLE)
        call_push_body(call);
}

/* ---- streamed requests -------------------------------------------------- */

void call_send(struct call *call, struct str bytes)
{
    char size[24];
    struct str parts[3] = { { size, 0 }, bytes, STR("\r\n") };
    bool chunked = call->options.body_kind == CALL_BODY_CHUNKED;

    if (!call->link || call->state != CALL_SENDING || bytes.len == 0)
        return;
    parts[0].len = (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.len);
    (void)stream_write(call->link->stream, chunked ? parts : parts + 1,
                       chunked ? 3 : 1);
    call_set_deadline(call, call->options.idle_ms);
}

void call_send_end(struct call *call)
{
    struct str last = STR("0\r\n\r\n");

    if (!call->link || call->state != CALL_SENDING)
        return;
    if (call->options.body_kind == CALL_BODY_CHUNKED)
        (void)stream_write(call->link->stream, &last, 1);
    call_all_handed_over(call);
}

size_t call_queued(const struct call *call)
{
    return call->link ? stream_queued(call->link->stream) : 0;
}
