// SPDX-License-Identifier: MIT
/* A connected stream of bytes: descriptor, readiness and receiving.  The descriptor
   belongs to the stream. */
#include "net/stream_internal.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* Of the loop's events. */
static unsigned wanted_events(const struct stream *stream)
{
    unsigned events = 0;

    events |= (stream->wanted & STREAM_READABLE) ? LOOP_READ : 0u;
    events |= (stream->wanted & STREAM_HANGUP) ? LOOP_HANGUP : 0u;
    if (stream_queued(stream) > 0)
        events |= LOOP_WRITE;
    return events;
}

/* A change costs up to three system calls, and a request that is read and answered
   goes through four: so what is no longer wanted stays armed until it comes.  Room
   to write would come at once. */
void stream_update_interest(struct stream *stream)
{
    unsigned events = wanted_events(stream);
    unsigned armed = loop_poll_wanted(stream->poll);

    if ((events & ~armed) || (armed & ~events & LOOP_WRITE))
        loop_poll_want(stream->poll, events);
}

enum stream_status stream_fail(struct stream *stream, const char *why)
{
    if (!stream->error)
        stream->error = mem_strdup(why);
    stream_push(stream); /* a TLS alert, perhaps */
    stream->broken = true;
    stream->end = STREAM_BROKEN;
    stream_drop_output(stream);
    return STREAM_BROKEN;
}

static enum stream_status fail_errno(struct stream *stream)
{
    return stream_fail(stream, strerrordesc_np(errno));
}

static void poll_ready(void *arg, unsigned events)
{
    struct stream *stream = arg;
    unsigned seen = 0;

    seen |= (events & LOOP_READ) ? STREAM_READABLE : 0u;
    seen |= (events & LOOP_HANGUP) ? STREAM_HANGUP : 0u;
    seen &= stream->wanted;
    if ((events & LOOP_WRITE) && stream_queued(stream) > 0)
        seen |= stream_go_on_sending(stream);
    if (events & ~wanted_events(stream))
        loop_poll_want(stream->poll, wanted_events(stream));
    else
        stream_update_interest(stream);
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
    stream_init_output(stream);
    buf_init(&stream->left, STREAM_READ_SIZE);
    stream->poll = loop_poll_new(loop, fd, poll_ready, stream);
    stream_update_interest(stream);
    return stream;
}

void stream_free(struct stream *stream)
{
    struct linger abortive = { .l_onoff = 1 };

    if (!stream)
        return;
    stream_push(stream);
    stream_drop_output(stream);
    loop_poll_free(stream->poll);
    tls_connection_free(stream->ssl);
    if (stream->reset)
        (void)setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &abortive,
                         sizeof(abortive));
    (void)close(stream->fd);
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
    stream_update_interest(stream);
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

static enum stream_status receive(struct stream *stream, char *at, size_t size,
                                  struct str *data)
{
    ssize_t got;

    do {
        got = recv(stream->fd, at, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        *data = (struct str){ at, (size_t)got };
        return STREAM_OK;
    }
    if (got == 0 && stream->broken)
        return stream->end = STREAM_BROKEN;
    if (got == 0)
        return stream->end = STREAM_EOF;
    return stream_would_block() ? STREAM_AGAIN : fail_errno(stream);
}

enum stream_status stream_receive(struct stream *stream, struct str *data)
{
    return receive(stream, loop_scratch(stream->loop, LOOP_SCRATCH_IN),
                   STREAM_READ_SIZE, data);
}

enum stream_status stream_read_into(struct stream *stream, char *room,
                                    size_t size, struct str *data)
{
    if (stream->ssl || stream->end != STREAM_OK)
        return stream_read(stream, data);
    *data = STR_EMPTY;
    return receive(stream, room, size, data);
}

enum stream_status stream_read(struct stream *stream, struct str *data)
{
    *data = STR_EMPTY;
    if (stream->end != STREAM_OK)
        return stream->end;
    return stream->ssl ? stream_read_tls(stream, data)
                       : stream_receive(stream, data);
}

/* It lies in memory of ours, which readers alone must not change. */
void stream_wipe_input(struct str data)
{
    mem_wipe((void *)(uintptr_t)data.at, data.len);
}

bool stream_has_ended(const struct stream *stream)
{
    return stream->end != STREAM_OK || stream->broken;
}

bool stream_is_stale(struct stream *stream)
{
    struct str data;

    /* A late TLS session ticket makes it readable too, and yields nothing. */
    return stream_read(stream, &data) != STREAM_AGAIN;
}
