// SPDX-License-Identifier: MIT
/* What stream.c (descriptor, receiving), stream_out.c (sending), stream_acks.c (what
   arrived) and stream_tls.c (TLS on top) share.  Not for other folders. */
#pragma once

#include <errno.h>

#include "base/buf.h"
#include "net/stream.h"
#include "net/tls_internal.h"

#define STREAM_READ_SIZE (64u * 1024)

struct stream {
    struct loop *loop;
    struct loop_poll *poll;
    stream_fn ready;
    void *arg;
    int fd;
    unsigned wanted;
    SSL *ssl;               /* NULL: plain */
    enum stream_status end; /* STREAM_OK, or how reading ended for good */
    bool broken;            /* writing is over */
    bool shutdown_wanted;
    bool reset;
    struct loop_task late; /* due: `out` was not offered to the kernel yet */
    struct buf out;        /* what it did not take, as it goes on the wire */
    uint64_t sent;
    struct tls_pipe pipe;
    struct buf left; /* received with the handshake, not yet decrypted */
    char *error;     /* NULL, or text */
};

/* Reading and writing are over; the first reason is kept. */
enum stream_status stream_fail(struct stream *stream, const char *why);
/* One large recv() into the thread's buffer. */
enum stream_status stream_receive(struct stream *stream, struct str *data);
/* What errno says. */
static inline bool stream_would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}
/* Arms the poll for what is wanted now. */
void stream_update_interest(struct stream *stream);

/* stream_out.c */
void stream_init_output(struct stream *stream);
/* Bytes as they go on the wire. */
void stream_send_raw(struct stream *stream, const struct str *parts,
                     size_t count);
/* There is room for what is queued; what the owner should be told. */
unsigned stream_go_on_sending(struct stream *stream);

enum stream_status stream_read_tls(struct stream *stream, struct str *data);
void stream_write_tls(struct stream *stream, const struct str *parts,
                      size_t count);
void stream_shutdown_tls(struct stream *stream);
