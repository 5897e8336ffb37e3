// SPDX-License-Identifier: MIT
/* What stream.c (descriptor, queue) and stream_tls.c (TLS on top) share.  Not for
   other folders. */
#pragma once

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

/* Reading and writing are over; the first reason is kept. */
enum stream_status stream_fail(struct stream *stream, const char *why);
/* One large recv() into the thread's buffer. */
enum stream_status stream_receive(struct stream *stream, struct str *data);
/* Bytes as they go on the wire: sent now, or queued. */
void stream_send_raw(struct stream *stream, struct str bytes);

enum stream_status stream_read_tls(struct stream *stream, struct str *data);
void stream_write_tls(struct stream *stream, const struct str *parts,
                      size_t count);
void stream_shutdown_tls(struct stream *stream);
