// SPDX-License-Identifier: MIT
/* What the files of net/ share about TLS; not for other layers. */
#pragma once

#include <openssl/ssl.h>

#include "base/str.h"
#include "net/tls.h"

/* What OpenSSL reads from and writes to instead of a socket: bytes that were
   received with one large recv(), and a stage that leaves with one send(). */
struct tls_pipe {
    struct str in;
    char *stage;
    size_t staged;
    size_t stage_size;
    bool ticket; /* one came: OpenSSL made room for an answer and gives none */
};

/* A connection on that context whose bytes go through `pipe`, which must stay
   where it is until SSL_free(). */
SSL *tls_connection_new(const struct tls *tls, struct tls_pipe *pipe);

/* Expect `host`, offer the slot's session, keep new tickets in the slot. */
void tls_prepare_client(SSL *ssl, struct tls_slot *slot, const char *host);

/* Free without marking its session as unfit for resumption. */
void tls_connection_free(SSL *ssl);

/* The newest OpenSSL error of this thread, or the certificate's, in words. */
void tls_describe_error(SSL *ssl, char *out, size_t size);
