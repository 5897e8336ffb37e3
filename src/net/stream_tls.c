// SPDX-License-Identifier: MIT
/* TLS on a stream: OpenSSL between the thread's buffers, without a system call of
   its own. */
#include <openssl/err.h>
#include <string.h>

#include "net/stream_internal.h"

#define ERROR_SIZE 120
/* Two full records a system call.  One costs more calls; with more of them BBR, the
   congestion control of many servers, paces the rest with timers, which cost a
   fifth of a large request. */
#define STAGE_SIZE (33u * 1024)

static enum stream_status fail_tls(struct stream *stream)
{
    char text[ERROR_SIZE];

    tls_describe_error(stream->ssl, text, sizeof(text));
    return stream_fail(stream, text);
}

/* Whatever OpenSSL wrote leaves at once. */
static void flush_stage(struct stream *stream)
{
    struct str staged = { stream->pipe.stage, stream->pipe.staged };

    stream->pipe.staged = 0;
    if (staged.len > 0)
        stream_send_raw(stream, &staged, 1);
}

/* In front of every call into OpenSSL: an error somebody left in the thread's queue
   would be taken for this connection's. */
static void open_stage(struct stream *stream)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
    stream->pipe.stage = loop_scratch(stream->loop, LOOP_SCRATCH_OUT);
    stream->pipe.stage_size = STAGE_SIZE;
    stream->pipe.staged = 0;
}

/* Nothing is left that another SSL_read() could bring: not even that nothing came,
   which it takes long to say. */
static bool is_dry(const struct stream *stream)
{
    return stream->pipe.in.len == 0 && SSL_has_pending(stream->ssl) == 0;
}

/* Decrypt all of what is in the pipe.  It always fits: the pipe holds at most
   STREAM_READ_SIZE, OpenSSL at most one incomplete record. */
static size_t decrypt(struct stream *stream, char *clear, int *why)
{
    size_t len = 0;

    *why = SSL_ERROR_WANT_READ;
    while (!is_dry(stream)) {
        size_t got = 0;

        if (SSL_read_ex(stream->ssl, clear + len, LOOP_SCRATCH_SIZE - len,
                        &got) != 1) {
            *why = SSL_get_error(stream->ssl, 0);
            break;
        }
        len += got;
    }
    return len;
}

/* OpenSSL gives back by itself what reading and writing need.  One that wipes its
   records keeps what a ticket took: from 3.2 on OpenSSL wipes a buffer that it has
   given back already, at address 0. */
static void free_ticket_buffers(struct stream *stream)
{
    bool wipes = SSL_get_options(stream->ssl) & SSL_OP_CLEANSE_PLAINTEXT;

    if (stream->pipe.ticket && !wipes)
        (void)SSL_free_buffers(stream->ssl);
    stream->pipe.ticket = false;
}

static enum stream_status after_decrypt(struct stream *stream, int why,
                                        bool cut)
{
    if (why == SSL_ERROR_ZERO_RETURN)
        return stream->end = STREAM_EOF;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        return fail_tls(stream);
    if (cut)
        return stream_fail(stream, "connection closed without TLS close");
    return STREAM_AGAIN;
}

enum stream_status stream_read_tls(struct stream *stream, struct str *data)
{
    char *clear = loop_scratch(stream->loop, LOOP_SCRATCH_CLEAR);
    enum stream_status status = STREAM_OK;
    int why;

    if (stream->left.len > 0)
        stream->pipe.in = buf_str(&stream->left);
    else
        status = stream_receive(stream, &stream->pipe.in);
    if (status == STREAM_AGAIN || status == STREAM_BROKEN)
        return status;
    stream->end = STREAM_OK;
    open_stage(stream);
    data->at = clear;
    data->len = decrypt(stream, clear, &why);
    free_ticket_buffers(stream);
    buf_done(&stream->left);
    stream->pipe.in = STR_EMPTY;
    flush_stage(stream); /* an alert leaves in front of the failure it tells */
    status = after_decrypt(stream, why, status == STREAM_EOF);
    return data->len > 0 ? STREAM_OK : status;
}

static void write_part(struct stream *stream, struct str bytes)
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

void stream_write_tls(struct stream *stream, const struct str *parts,
                      size_t count)
{
    open_stage(stream);
    for (size_t i = 0; i < count; i++)
        write_part(stream, parts[i]);
    flush_stage(stream);
}

void stream_shutdown_tls(struct stream *stream)
{
    open_stage(stream);
    (void)SSL_shutdown(stream->ssl);
    flush_stage(stream);
}

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

const char *stream_tls_version(const struct stream *stream)
{
    return stream->ssl ? SSL_get_version(stream->ssl) : NULL;
}

void stream_wipe_records(struct stream *stream)
{
    (void)SSL_set_options(stream->ssl, SSL_OP_CLEANSE_PLAINTEXT);
}

/* OpenSSL holds what it read ahead, or has taken the head of a record already. */
bool stream_is_mid_record(const struct stream *stream)
{
    return stream->ssl && (!is_dry(stream) || stream->left.len > 0 ||
                           strcmp(SSL_rstate_string(stream->ssl), "RH") != 0);
}

/* The handshake is over; what came with it waits for the first read. */
static enum stream_status secured(struct stream *stream)
{
    (void)SSL_free_buffers(stream->ssl);
    /* Not earlier: nothing of ours would look for what it had taken. */
    SSL_set_read_ahead(stream->ssl, 1);
    if (!buf_append(&stream->left, stream->pipe.in))
        return stream_fail(stream, "too much data with the handshake");
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
        status = stream_receive(stream, &stream->pipe.in);
        if (status == STREAM_EOF)
            return stream_fail(stream,
                               "connection closed during the handshake");
        if (status != STREAM_OK)
            return status;
    }
}
