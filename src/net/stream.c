// SPDX-License-Identifier: MIT
/* A connected stream of bytes: descriptor, queue and readiness here, TLS on top.
   The descriptor and the queue belong to the stream. */
#include "net/stream_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"

#define QUEUE_MAX (64u * 1024 * 1024)
#define PARTS_MAX 8

static void update_interest(struct stream *stream)
{
    unsigned events = 0;

    events |= (stream->wanted & STREAM_READABLE) ? LOOP_READ : 0u;
    events |= (stream->wanted & STREAM_HANGUP) ? LOOP_HANGUP : 0u;
    if (stream->out.len > 0 && !stream->broken)
        events |= LOOP_WRITE;
    loop_poll_want(stream->poll, events);
}

enum stream_status stream_fail(struct stream *stream, const char *why)
{
    if (!stream->error)
        stream->error = mem_strdup(why);
    stream->broken = true;
    stream->end = STREAM_BROKEN;
    buf_done(&stream->out);
    return STREAM_BROKEN;
}

static enum stream_status fail_errno(struct stream *stream)
{
    return stream_fail(stream, strerrordesc_np(errno));
}

/* Writing is over.  What the peer said before it left can still be read. */
static void fail_writing(struct stream *stream)
{
    if (!stream->error)
        stream->error = mem_strdup(strerrordesc_np(errno));
    stream->broken = true;
    buf_done(&stream->out);
}

static void shutdown_if_drained(struct stream *stream)
{
    if (stream->shutdown_wanted && stream->out.len == 0 && !stream->broken)
        (void)shutdown(stream->fd, SHUT_WR);
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Send what is queued; false if the peer is gone. */
static bool flush(struct stream *stream)
{
    struct str queued = buf_str(&stream->out);
    ssize_t sent = send(stream->fd, queued.at, queued.len, MSG_NOSIGNAL);

    if (sent < 0 && !would_block()) {
        fail_writing(stream);
        return false;
    }
    if (sent > 0) {
        stream->sent += (uint64_t)sent;
        buf_consume(&stream->out, (size_t)sent);
    }
    if (stream->out.len == 0)
        buf_done(&stream->out);
    shutdown_if_drained(stream);
    return true;
}

static void poll_ready(void *arg, unsigned events)
{
    struct stream *stream = arg;
    unsigned seen = 0;

    if ((events & LOOP_WRITE) && stream->out.len > 0) {
        if (!flush(stream))
            events |= LOOP_HANGUP;
        else if (stream->out.len == 0)
            seen |= STREAM_DRAINED;
    }
    seen |= (events & LOOP_READ) ? STREAM_READABLE : 0u;
    seen |= (events & LOOP_HANGUP) ? STREAM_HANGUP : 0u;
    update_interest(stream);
    if (seen)
        stream->ready(stream->arg, seen);
}

struct stream *stream_new(struct loop *loop, int fd, stream_fn ready, void *arg)
{
    struct stream *stream = MEM_NEW(struct stream);

    stream->loop = loop;
    stream->fd = fd;
    stream->ready = ready;
    stream->arg = arg;
    stream->wanted = STREAM_READABLE;
    buf_init(&stream->out, QUEUE_MAX);
    buf_init(&stream->left, STREAM_READ_SIZE);
    stream->poll = loop_poll_new(loop, fd, poll_ready, stream);
    update_interest(stream);
    return stream;
}

void stream_free(struct stream *stream)
{
    struct linger abortive = { .l_onoff = 1 };

    if (!stream)
        return;
    loop_poll_free(stream->poll);
    tls_connection_free(stream->ssl);
    if (stream->reset)
        (void)setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &abortive,
                         sizeof(abortive));
    (void)close(stream->fd);
    buf_done(&stream->out);
    buf_done(&stream->left);
    mem_free(stream->error);
    mem_free(stream);
}

void stream_set_owner(struct stream *stream, stream_fn ready, void *arg)
{
    stream->ready = ready;
    stream->arg = arg;
}

void stream_want(struct stream *stream, unsigned ready)
{
    stream->wanted = ready;
    update_interest(stream);
}

size_t stream_queued(const struct stream *stream)
{
    return stream->out.len;
}

uint64_t stream_sent(const struct stream *stream)
{
    return stream->sent;
}

const char *stream_error(const struct stream *stream)
{
    return stream->error ? stream->error : "connection closed";
}

void stream_reset_on_free(struct stream *stream)
{
    stream->reset = true;
}

/* ---- receiving ---------------------------------------------------------- */

enum stream_status stream_receive(struct stream *stream, struct str *data)
{
    char *scratch = loop_scratch(stream->loop, LOOP_SCRATCH_IN);
    ssize_t got;

    do {
        got = recv(stream->fd, scratch, STREAM_READ_SIZE, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        *data = (struct str){ scratch, (size_t)got };
        return STREAM_OK;
    }
    if (got == 0 && stream->broken)
        return stream->end = STREAM_BROKEN;
    if (got == 0)
        return stream->end = STREAM_EOF;
    return would_block() ? STREAM_AGAIN : fail_errno(stream);
}

enum stream_status stream_read(struct stream *stream, struct str *data)
{
    *data = STR_EMPTY;
    if (stream->end != STREAM_OK)
        return stream->end;
    return stream->ssl ? stream_read_tls(stream, data)
                       : stream_receive(stream, data);
}

bool stream_is_stale(struct stream *stream)
{
    struct str data;

    /* A late TLS session ticket makes it readable too, and yields nothing. */
    return stream_read(stream, &data) != STREAM_AGAIN;
}

/* ---- sending ------------------------------------------------------------ */

static void queue(struct stream *stream, struct str bytes)
{
    if (!buf_append(&stream->out, bytes)) {
        (void)stream_fail(stream, "peer reads too slowly");
        /* So that the owner is told as of any other break. */
        (void)shutdown(stream->fd, SHUT_RDWR);
    }
    update_interest(stream);
}

void stream_send_raw(struct stream *stream, struct str bytes)
{
    ssize_t sent = 0;

    if (stream->broken)
        return;
    if (stream->out.len == 0) {
        sent = send(stream->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && !would_block()) {
            fail_writing(stream);
            return;
        }
        sent = sent < 0 ? 0 : sent;
        stream->sent += (uint64_t)sent;
    }
    if ((size_t)sent < bytes.len)
        queue(stream, str_from(bytes, (size_t)sent));
}

static void write_plain(struct stream *stream, const struct str *parts,
                        size_t count)
{
    struct iovec vec[PARTS_MAX];
    struct msghdr message = { .msg_iov = vec, .msg_iovlen = count };
    ssize_t sent = 0;
    size_t skip;

    for (size_t i = 0; i < count; i++)
        vec[i] = (struct iovec){ (void *)(uintptr_t)parts[i].at, parts[i].len };
    if (stream->out.len == 0)
        sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && !would_block()) {
        fail_writing(stream);
        return;
    }
    skip = sent < 0 ? 0 : (size_t)sent;
    stream->sent += skip;
    for (size_t i = 0; i < count && !stream->broken; i++) {
        size_t gone = skip < parts[i].len ? skip : parts[i].len;

        skip -= gone;
        if (gone < parts[i].len)
            queue(stream, str_from(parts[i], gone));
    }
}

enum stream_status stream_write(struct stream *stream, const struct str *parts,
                                size_t count)
{
    assert(count <= PARTS_MAX);
    if (stream->broken)
        return STREAM_BROKEN;
    if (stream->ssl)
        stream_write_tls(stream, parts, count);
    else
        write_plain(stream, parts, count);
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
