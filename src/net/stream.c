// SPDX-License-Identifier: MIT
/* A connected stream of bytes: descriptor, queue and readiness here, TLS on top.
   The descriptor and the queue belong to the stream. */
#include "net/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/tls_internal.h"

#define READ_SIZE (64u * 1024)
#define QUEUE_MAX (64u * 1024 * 1024)
#define PARTS_MAX 8
#define ERROR_SIZE 120

struct stream {
    struct loop *loop;
    struct loop_poll *poll;
    stream_fn ready;
    void *arg;
    int fd;
    unsigned wanted;
    struct buf out; /* what the kernel did not take, as it goes on the wire */
    uint64_t sent;
    SSL *ssl;        /* NULL: plain */
    struct buf left; /* received with the handshake, not yet decrypted */
    struct tls_pipe pipe;
    enum stream_status end; /* STREAM_OK, or how reading ended for good */
    bool broken;            /* writing is over */
    bool shutdown_wanted;
    bool reset;
    char *error; /* NULL, or text */
};

static void update_interest(struct stream *stream)
{
    unsigned events = 0;

    events |= (stream->wanted & STREAM_READABLE) ? LOOP_READ : 0u;
    events |= (stream->wanted & STREAM_HANGUP) ? LOOP_HANGUP : 0u;
    if (stream->out.len > 0 && !stream->broken)
        events |= LOOP_WRITE;
    loop_poll_want(stream->poll, events);
}

static enum stream_status fail(struct stream *stream, const char *why)
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
    return fail(stream, strerrordesc_np(errno));
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
        (void)fail_errno(stream);
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
    buf_init(&stream->left, READ_SIZE);
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

/* One large recv() into the thread's buffer. */
static enum stream_status receive(struct stream *stream, struct str *data)
{
    char *scratch = loop_scratch(stream->loop, LOOP_SCRATCH_IN);
    ssize_t got;

    do {
        got = recv(stream->fd, scratch, READ_SIZE, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        *data = (struct str){ scratch, (size_t)got };
        return STREAM_OK;
    }
    if (got == 0)
        return stream->end = STREAM_EOF;
    return would_block() ? STREAM_AGAIN : fail_errno(stream);
}

static enum stream_status fail_tls(struct stream *stream)
{
    char text[ERROR_SIZE];

    tls_describe_error(stream->ssl, text, sizeof(text));
    return fail(stream, text);
}

static void send_raw(struct stream *stream, struct str bytes);

/* Whatever OpenSSL wrote leaves at once. */
static void flush_stage(struct stream *stream)
{
    struct str staged = { stream->pipe.stage, stream->pipe.staged };

    stream->pipe.staged = 0;
    if (staged.len > 0)
        send_raw(stream, staged);
}

static void open_stage(struct stream *stream)
{
    stream->pipe.stage = loop_scratch(stream->loop, LOOP_SCRATCH_OUT);
    stream->pipe.stage_size = LOOP_SCRATCH_SIZE;
    stream->pipe.staged = 0;
}

/* Decrypt all of what is in the pipe.  It always fits: the pipe holds at most
   READ_SIZE, OpenSSL at most one incomplete record. */
static size_t decrypt(struct stream *stream, char *clear, int *why)
{
    size_t len = 0;

    for (;;) {
        size_t got = 0;

        if (SSL_read_ex(stream->ssl, clear + len, LOOP_SCRATCH_SIZE - len,
                        &got) != 1)
            break;
        len += got;
    }
    *why = SSL_get_error(stream->ssl, 0);
    return len;
}

static enum stream_status after_decrypt(struct stream *stream, int why,
                                        bool cut)
{
    if (why == SSL_ERROR_ZERO_RETURN)
        return stream->end = STREAM_EOF;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        return fail_tls(stream);
    if (cut)
        return fail(stream, "connection closed without TLS close");
    (void)SSL_free_buffers(stream->ssl);
    return STREAM_AGAIN;
}

static enum stream_status read_tls(struct stream *stream, struct str *data)
{
    char *clear = loop_scratch(stream->loop, LOOP_SCRATCH_CLEAR);
    enum stream_status status = STREAM_OK;
    int why;

    if (stream->left.len > 0)
        stream->pipe.in = buf_str(&stream->left);
    else
        status = receive(stream, &stream->pipe.in);
    if (status == STREAM_AGAIN || status == STREAM_BROKEN)
        return status;
    stream->end = STREAM_OK;
    open_stage(stream);
    data->at = clear;
    data->len = decrypt(stream, clear, &why);
    buf_done(&stream->left);
    stream->pipe.in = STR_EMPTY;
    status = after_decrypt(stream, why, status == STREAM_EOF);
    flush_stage(stream);
    return data->len > 0 ? STREAM_OK : status;
}

enum stream_status stream_read(struct stream *stream, struct str *data)
{
    *data = STR_EMPTY;
    if (stream->end != STREAM_OK)
        return stream->end;
    return stream->ssl ? read_tls(stream, data) : receive(stream, data);
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
    if (!buf_append(&stream->out, bytes))
        (void)fail(stream, "peer reads too slowly");
    update_interest(stream);
}

static void send_raw(struct stream *stream, struct str bytes)
{
    ssize_t sent = 0;

    if (stream->broken)
        return;
    if (stream->out.len == 0) {
        sent = send(stream->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && !would_block()) {
            (void)fail_errno(stream);
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
        (void)fail_errno(stream);
        return;
    }
    skip = sent < 0 ? 0 : (size_t)sent;
    stream->sent += skip;
    for (size_t i = 0; i < count; i++) {
        size_t gone = skip < parts[i].len ? skip : parts[i].len;

        skip -= gone;
        if (gone < parts[i].len)
            queue(stream, str_from(parts[i], gone));
    }
}

static void write_tls(struct stream *stream, struct str bytes)
{
    while (bytes.len > 0 && !stream->broken) {
        size_t sent = 0;

        if (SSL_write_ex(stream->ssl, bytes.at, bytes.len, &sent) == 1) {
            bytes = str_from(bytes, sent);
            continue;
        }
        if (SSL_get_error(stream->ssl, 0) != SSL_ERROR_WANT_WRITE) {
            (void)fail_tls(stream);
            return;
        }
        flush_stage(stream); /* the stage was full */
    }
}

enum stream_status stream_write(struct stream *stream, const struct str *parts,
                                size_t count)
{
    if (stream->broken)
        return STREAM_BROKEN;
    if (!stream->ssl) {
        write_plain(stream, parts, count);
    } else {
        open_stage(stream);
        for (size_t i = 0; i < count; i++)
            write_tls(stream, parts[i]);
        flush_stage(stream);
    }
    return stream->broken ? STREAM_BROKEN : STREAM_OK;
}

void stream_shutdown(struct stream *stream)
{
    if (stream->broken)
        return;
    stream->shutdown_wanted = true;
    if (stream->ssl) {
        open_stage(stream);
        (void)SSL_shutdown(stream->ssl);
        flush_stage(stream);
    }
    shutdown_if_drained(stream);
}

/* ---- securing ----------------------------------------------------------- */

void stream_start_client_tls(struct stream *stream, struct tls *tls,
                             struct tls_slot *slot, const char *host)
{
    stream->ssl = tls_connection_new(tls, &stream->pipe);
    tls_prepare_client(stream->ssl, slot, host);
}

void stream_start_server_tls(struct stream *stream, struct tls *tls)
{
    stream->ssl = tls_connection_new(tls, &stream->pipe);
    SSL_set_accept_state(stream->ssl);
}

/* The handshake is over; what came with it waits for the first read. */
static enum stream_status secured(struct stream *stream)
{
    if (!buf_append(&stream->left, stream->pipe.in))
        return fail(stream, "too much data with the handshake");
    stream->pipe.in = STR_EMPTY;
    return STREAM_OK;
}

enum stream_status stream_secure(struct stream *stream)
{
    for (;;) {
        enum stream_status status;
        int done;
        int why;

        open_stage(stream);
        done = SSL_do_handshake(stream->ssl);
        why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(stream->ssl, done);
        flush_stage(stream);
        if (done == 1)
            return secured(stream);
        if (why == SSL_ERROR_WANT_WRITE)
            continue;
        if (why != SSL_ERROR_WANT_READ)
            return fail_tls(stream);
        status = receive(stream, &stream->pipe.in);
        if (status == STREAM_EOF)
            return fail(stream, "connection closed during the handshake");
        if (status != STREAM_OK)
            return status;
    }
}
