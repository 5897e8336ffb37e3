// SPDX-License-Identifier: MIT
/* One TCP connection to the target. */
#include "bench/wire.h"

#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool connect_to(struct wire *wire, const struct wire_target *target,
                       struct err *err)
{
    const struct sockaddr *address = (const void *)&target->address;

    wire->fd = socket(address->sa_family,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire->fd < 0)
        return err_errno(err, "make a socket");
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
                     sizeof(int));
    if (target->receive_buffer > 0)
        (void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF,
                         &target->receive_buffer, sizeof(int));
    if (connect(wire->fd, address, target->address_len) != 0 &&
        errno != EINPROGRESS)
        return err_errno(err, "connect");
    return true;
}

bool wire_open(struct wire *wire, const struct wire_target *target,
               struct err *err)
{
    *wire = (struct wire){ .fd = -1, .wants_write = true };
    if (!connect_to(wire, target, err)) {
        wire_close(wire);
        return false;
    }
    if (!target->tls)
        return true;
    wire->ssl = SSL_new(target->tls);
    if (!wire->ssl || SSL_set_fd(wire->ssl, wire->fd) != 1) {
        wire_close(wire);
        return err_set(err, ERR_INTERNAL, "start TLS");
    }
    SSL_set_connect_state(wire->ssl);
    return true;
}

void wire_close(struct wire *wire)
{
    SSL_free(wire->ssl);
    if (wire->fd >= 0)
        (void)close(wire->fd);
    *wire = (struct wire){ .fd = -1 };
}

static ssize_t judge_plain(ssize_t done)
{
    if (done > 0)
        return done;
    if (done < 0 && (errno == EAGAIN || errno == EINTR))
        return WIRE_LATER;
    return WIRE_END;
}

static ssize_t judge_tls(int why, int done)
{
    if (done > 0)
        return done;
    if (why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ)
        return WIRE_LATER;
    ERR_clear_error();
    return WIRE_END;
}

static int clamp(size_t size)
{
    return size < INT_MAX ? (int)size : INT_MAX;
}

static ssize_t read_tls(struct wire *wire, char *at, size_t cap)
{
    int done = SSL_read(wire->ssl, at, clamp(cap));

    return judge_tls(SSL_get_error(wire->ssl, done), done);
}

/* During the handshake it may be reading that a write waits for. */
static ssize_t write_tls(struct wire *wire, struct str bytes)
{
    int done = SSL_write(wire->ssl, bytes.at, clamp(bytes.len));
    int why = SSL_get_error(wire->ssl, done);

    wire->wants_write = why == SSL_ERROR_WANT_WRITE;
    return judge_tls(why, done);
}

ssize_t wire_read(struct wire *wire, char *at, size_t cap)
{
    return wire->ssl ? read_tls(wire, at, cap)
                     : judge_plain(recv(wire->fd, at, cap, 0));
}

ssize_t wire_write(struct wire *wire, struct str bytes)
{
    ssize_t done;

    if (wire->ssl)
        return write_tls(wire, bytes);
    done = judge_plain(send(wire->fd, bytes.at, bytes.len, MSG_NOSIGNAL));
    wire->wants_write = done == WIRE_LATER;
    return done;
}
