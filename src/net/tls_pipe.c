// SPDX-License-Identifier: MIT
/* The BIO between OpenSSL and a stream's buffers: no system call is made here. */
#include <string.h>

#include "net/tls_internal.h"
#include "net/tls_pipe.h"

static int pipe_read(BIO *bio, char *out, int size)
{
    struct tls_pipe *pipe = BIO_get_data(bio);
    size_t len = pipe->in.len < (size_t)size ? pipe->in.len : (size_t)size;

    BIO_clear_retry_flags(bio);
    if (len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(out, pipe->in.at, len);
    pipe->in = str_from(pipe->in, len);
    return (int)len;
}

static int pipe_write(BIO *bio, const char *bytes, int size)
{
    struct tls_pipe *pipe = BIO_get_data(bio);
    size_t room = pipe->stage_size - pipe->staged;
    size_t len = room < (size_t)size ? room : (size_t)size;

    BIO_clear_retry_flags(bio);
    if (len == 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(pipe->stage + pipe->staged, bytes, len);
    pipe->staged += len;
    return (int)len;
}

static long pipe_control(BIO *bio, int command, long number, void *ptr)
{
    (void)bio;
    (void)number;
    (void)ptr;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *tls_pipe_method(void)
{
    BIO_METHOD *method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");

    if (method) {
        (void)BIO_meth_set_read(method, pipe_read);
        (void)BIO_meth_set_write(method, pipe_write);
        (void)BIO_meth_set_ctrl(method, pipe_control);
    }
    return method;
}
