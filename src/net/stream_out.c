// SPDX-License-Identifier: MIT
/* The sending half of a stream.

       EMPTY --write--> LATE --the turn ends, or too much--> EMPTY, or QUEUED
       QUEUED --the kernel has taken all--> EMPTY, and the owner is told
       any --the peer is gone--> broken

   LATE: bytes wait for the end of the loop's turn, so that all that a turn brings
   leaves with one system call, and so that the receivers on this machine are woken
   once a turn, not once a write.  QUEUED: the kernel did not take all. */
#include <assert.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/mem.h"
#include "net/stream_internal.h"

#define QUEUE_MAX (64u * 1024 * 1024)
/* More than this is not copied, but sent at once. */
#define LATE_MAX (16u * 1024)
#define PARTS_MAX 8

bool stream_is_late(const struct stream *stream)
{
    return loop_is_due(&stream->late);
}

size_t stream_queued(const struct stream *stream)
{
    return stream_is_late(stream) ? 0 : stream->out.len;
}

uint64_t stream_sent(const struct stream *stream)
{
    return stream->sent;
}

uint64_t stream_written(const struct stream *stream)
{
    return stream->sent + stream->out.len;
}

void stream_drop_output(struct stream *stream)
{
    loop_cancel(&stream->late);
    buf_done(&stream->out);
}

/* Writing is over.  What the peer said before it left can still be read. */
static void fail_writing(struct stream *stream)
{
    if (!stream->error)
        stream->error = mem_strdup(strerrordesc_np(errno));
    stream->broken = true;
    stream_drop_output(stream);
}

static void shutdown_if_drained(struct stream *stream)
{
    if (stream->shutdown_wanted && stream->out.len == 0 && !stream->broken)
        (void)shutdown(stream->fd, SHUT_WR);
}

/* Behind what waits already. */
static void keep(struct stream *stream, struct str bytes)
{
    if (buf_append(&stream->out, bytes))
        return;
    (void)stream_fail(stream, "peer reads too slowly");
    /* So that the owner is told as of any other break. */
    (void)shutdown(stream->fd, SHUT_RDWR);
}

/* `taken` bytes of `out` and the parts behind it are gone: `out` is the rest. */
static void keep_rest(struct stream *stream, const struct str *parts,
                      size_t count, size_t taken)
{
    size_t gone = taken < stream->out.len ? taken : stream->out.len;

    stream->sent += taken;
    buf_consume(&stream->out, gone);
    taken -= gone;
    for (size_t i = 0; i < count && !stream->broken; i++) {
        gone = taken < parts[i].len ? taken : parts[i].len;
        taken -= gone;
        keep(stream, str_from(parts[i], gone));
    }
    if (stream->out.len == 0)
        buf_done(&stream->out);
}

/* As the system calls do. */
static ssize_t offer(int fd, struct str first, const struct str *parts,
                     size_t count)
{
    struct iovec vec[PARTS_MAX + 1];
    struct msghdr message = { .msg_iov = vec, .msg_iovlen = count + 1 };

    if (count == 0)
        return send(fd, first.at, first.len, MSG_NOSIGNAL);
    vec[0] = (struct iovec){ (void *)(uintptr_t)first.at, first.len };
    for (size_t i = 0; i < count; i++)
        vec[i + 1] =
            (struct iovec){ (void *)(uintptr_t)parts[i].at, parts[i].len };
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* `out` and the parts, as far as the kernel takes them; false if the peer is gone. */
static bool send_all(struct stream *stream, const struct str *parts,
                     size_t count)
{
    ssize_t sent = offer(stream->fd, buf_str(&stream->out), parts, count);

    loop_cancel(&stream->late);
    if (sent < 0 && !stream_would_block()) {
        fail_writing(stream);
        return false;
    }
    keep_rest(stream, parts, count, sent < 0 ? 0 : (size_t)sent);
    shutdown_if_drained(stream);
    stream_update_interest(stream);
    return true;
}

unsigned stream_go_on_sending(struct stream *stream)
{
    if (!send_all(stream, NULL, 0))
        return STREAM_HANGUP;
    return stream->out.len == 0 ? STREAM_DRAINED : 0;
}

/* The owner sees no end of it: it is told. */
static void turn_ended(void *arg)
{
    struct stream *stream = arg;

    if (!send_all(stream, NULL, 0))
        stream->ready(stream->arg, STREAM_HANGUP);
    else if (stream->out.len > 0)
        stream->ready(stream->arg, STREAM_BLOCKED);
}

void stream_init_output(struct stream *stream)
{
    buf_init(&stream->out, QUEUE_MAX);
    stream->late = (struct loop_task){ .run = turn_ended, .arg = stream };
    list_init(&stream->late.node);
}

void stream_wipe_output(struct stream *stream)
{
    stream->out.secret = !stream->ssl;
}

void stream_push(struct stream *stream)
{
    if (stream_is_late(stream))
        (void)send_all(stream, NULL, 0);
}

void stream_hurry(struct stream *stream)
{
    if (loop_is_calm(stream->loop))
        stream_push(stream);
}

static size_t size_of(const struct str *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].len;
    return size;
}

void stream_send_raw(struct stream *stream, const struct str *parts,
                     size_t count)
{
    bool queued = stream_queued(stream) > 0;
    size_t size = size_of(parts, count);

    assert(count <= PARTS_MAX);
    if (stream->broken || size == 0)
        return;
    if (!queued && stream->out.len + size > LATE_MAX) {
        (void)send_all(stream, parts, count);
        return;
    }
    (void)buf_room(&stream->out, size); /* it grows once, not with each part */
    for (size_t i = 0; i < count && !stream->broken; i++)
        keep(stream, parts[i]);
    if (!queued)
        loop_at_turn_end(stream->loop, &stream->late);
}

enum stream_status stream_write(struct stream *stream, const struct str *parts,
                                size_t count)
{
    if (stream->broken)
        return STREAM_BROKEN;
    if (stream->ssl)
        stream_write_tls(stream, parts, count);
    else
        stream_send_raw(stream, parts, count);
    return stream->broken ? STREAM_BROKEN : STREAM_OK;
}

void stream_shutdown(struct stream *stream)
{
    if (stream->broken)
        return;
    stream->shutdown_wanted = true;
    if (stream->ssl)
        stream_shutdown_tls(stream);
    shutdown_if_drained(stream);
}
