// SPDX-License-Identifier: MIT
/* TLS contexts (OpenSSL) and resumed sessions.  A context may be shared by
   threads; a session slot belongs to one loop thread. */
#pragma once

#include "base/err.h"

struct tls;

/* A client context that verifies against the system's trust and, if `ca_file` is
   not NULL, the PEM certificates in it too.  TLS 1.2 and newer, ALPN http/1.1.
   NULL and err if the file cannot be used. */
struct tls *tls_client_new(const char *ca_file, struct err *err);

/* The same, which reads the system's trust, a megabyte, when the first connection wants
   it. */
struct tls *tls_client_later(const char *ca_file, struct err *err) MUST_CHECK;

/* The same, but only what the PEM file holds is trusted.  The text of err does not
   say which file that is. */
struct tls *tls_client_pinned(const char *ca_file, struct err *err) MUST_CHECK;

/* A server context (claude-sim). */
struct tls *tls_server_new(const char *cert_file, const char *key_file,
                           struct err *err);

/* Another reference.  Any thread. */
struct tls *tls_ref(struct tls *tls);
/* Gives one back: the maker's, or another.  Any thread. */
void tls_free(struct tls *tls);

/* Somebody else's library makes a connection with an OpenSSL context (SSL_CTX) of
   its own: have it trust what `tls` trusts, and tell once when its handshake is
   done.  `guest` must live until then or until `context` is freed. */
struct tls_guest {
    void (*secured)(void *arg);
    void *arg;
};
void tls_lend_trust(const struct tls *tls, void *context,
                    struct tls_guest *guest);

/* Where connections to one host keep the newest session ticket. */
struct tls_slot;
struct tls_slot *tls_slot_new(void);
void tls_slot_free(struct tls_slot *slot);
