// SPDX-License-Identifier: MIT
/* One TCP connection to the target, with TLS or without; never blocks. */
#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

typedef struct ssl_ctx_st SSL_CTX; /* lint: OpenSSL's own name for it */
typedef struct ssl_st SSL;

/* Where to. */
struct wire_target {
    struct sockaddr_storage address;
    socklen_t address_len;
    SSL_CTX *tls;       /* NULL: plain */
    int receive_buffer; /* bytes; 0: the system's choice */
};

struct wire {
    int fd; /* -1: closed */
    SSL *ssl;
    bool wants_write; /* wire_write() waits until the descriptor is writable */
};

#define WIRE_LATER ((ssize_t)-1) /* nothing now; wait for the descriptor */
#define WIRE_END ((ssize_t)-2)   /* the connection has ended */

/* Start connecting; what is written waits until that is done. */
bool wire_open(struct wire *wire, const struct wire_target *target,
               struct err *err) MUST_CHECK;
/* Without a farewell. */
void wire_close(struct wire *wire);

/* Bytes moved, WIRE_LATER or WIRE_END. */
ssize_t wire_read(struct wire *wire, char *at, size_t cap);
ssize_t wire_write(struct wire *wire, struct str bytes);
