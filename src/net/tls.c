// SPDX-License-Identifier: MIT
/* TLS contexts and resumed sessions.  Sessions are kept by us, one per host and
   thread, and always the newest: servers accept a ticket once. */
#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/tls_internal.h"
#include "net/tls_pipe.h"

/* The system's trust, as long as nobody has wanted it. */
struct later {
    pthread_mutex_t lock;
    atomic_bool due;
};

struct tls {
    atomic_uint refs;
    SSL_CTX *context;
    BIO_METHOD *pipe;
    struct later *later; /* NULL: all is there */
};

struct tls_slot {
    SSL_SESSION *session;
};

static SSL_CTX *context_of(const struct tls *tls)
{
    struct later *later = tls->later;

    if (!later || !atomic_load(&later->due))
        return tls->context;
    (void)pthread_mutex_lock(&later->lock);
    if (atomic_load(&later->due))
        (void)SSL_CTX_set_default_verify_paths(tls->context);
    atomic_store(&later->due, false);
    (void)pthread_mutex_unlock(&later->lock);
    return tls->context;
}

SSL *tls_connection_new(const struct tls *tls, struct tls_pipe *pipe)
{
    SSL *ssl = SSL_new(context_of(tls));
    BIO *bio = BIO_new(tls->pipe);

    if (!ssl || !bio)
        abort();
    BIO_set_data(bio, pipe);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return ssl;
}

/* OpenSSL takes a connection that was not shut down for a failed one and would
   drop its session; quietly sets the flag and sends nothing. */
void tls_connection_free(SSL *ssl)
{
    if (ssl && !SSL_in_init(ssl)) {
        SSL_set_quiet_shutdown(ssl, 1);
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    ERR_clear_error();
}

static const char *ssl_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    ERR_clear_error();
    return reason ? reason : "unknown cause";
}

static bool ssl_failure(struct err *err, const char *what, const char *path)
{
    return err_set(err, ERR_CONFIG, "%s %s: %s", what, path, ssl_reason());
}

/* OpenSSL hands over a reference to a session it would like to be kept. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_slot *slot = SSL_get_app_data(ssl);
    struct tls_pipe *pipe = BIO_get_data(SSL_get_rbio(ssl));

    pipe->ticket = true;
    if (!slot)
        return 0;
    SSL_SESSION_free(slot->session);
    slot->session = session;
    return 1;
}

static struct tls *context_new(const SSL_METHOD *method)
{
    struct tls *tls = MEM_NEW(struct tls);

    atomic_init(&tls->refs, 1);
    tls->context = SSL_CTX_new(method);
    tls->pipe = tls_pipe_method();
    if (!tls->context || !tls->pipe)
        abort();
    (void)SSL_CTX_set_options(tls->context, SSL_OP_NO_RENEGOTIATION);
    (void)SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    (void)SSL_CTX_set_mode(tls->context,
                           SSL_MODE_RELEASE_BUFFERS |
                               SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return tls;
}

/* Trusts nobody yet. */
static struct tls *client_new(void)
{
    static const unsigned char alpn[] = "\x08http/1.1";
    struct tls *tls = context_new(TLS_client_method());

    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_alpn_protos(tls->context, alpn, sizeof(alpn) - 1);
    SSL_CTX_set_session_cache_mode(tls->context,
                                   SSL_SESS_CACHE_CLIENT |
                                       SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(tls->context, keep_session);
    return tls;
}

struct tls *tls_client_later(const char *ca_file, struct err *err)
{
    struct tls *tls = client_new();

    tls->later = MEM_NEW(struct later);
    (void)pthread_mutex_init(&tls->later->lock, NULL);
    atomic_init(&tls->later->due, true);
    if (!ca_file ||
        SSL_CTX_load_verify_locations(tls->context, ca_file, NULL) == 1)
        return tls;
    ssl_failure(err, "UPSTREAM_CA_FILE: must be a PEM file with certificates:",
                ca_file);
    tls_free(tls);
    return NULL;
}

struct tls *tls_client_new(const char *ca_file, struct err *err)
{
    struct tls *tls = tls_client_later(ca_file, err);

    if (tls)
        (void)context_of(tls);
    return tls;
}

struct tls *tls_client_pinned(const char *ca_file, struct err *err)
{
    struct tls *tls = client_new();

    if (SSL_CTX_load_verify_locations(tls->context, ca_file, NULL) == 1)
        return tls;
    (void)err_set(err, ERR_CONFIG, "must be a PEM file with certificates: %s",
                  ssl_reason());
    tls_free(tls);
    return NULL;
}

/* lint: OpenSSL fixed these parameters */
static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *len,
                       const unsigned char *offered, unsigned offered_len,
                       void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, len, ours, sizeof(ours) - 1, offered,
                              offered_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

struct tls *tls_server_new(const char *cert_file, const char *key_file,
                           struct err *err)
{
    struct tls *tls = context_new(TLS_server_method());
    bool ok = true;

    SSL_CTX_set_alpn_select_cb(tls->context, choose_alpn, NULL);
    if (SSL_CTX_use_certificate_chain_file(tls->context, cert_file) != 1)
        ok = ssl_failure(err, "certificate", cert_file);
    else if (SSL_CTX_use_PrivateKey_file(tls->context, key_file,
                                         SSL_FILETYPE_PEM) != 1)
        ok = ssl_failure(err, "private key", key_file);
    if (ok)
        return tls;
    tls_free(tls);
    return NULL;
}

struct tls *tls_ref(struct tls *tls)
{
    if (tls)
        atomic_fetch_add(&tls->refs, 1);
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls || atomic_fetch_sub(&tls->refs, 1) != 1)
        return;
    if (tls->later)
        (void)pthread_mutex_destroy(&tls->later->lock);
    mem_free(tls->later);
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->pipe);
    mem_free(tls);
}

/* Tickets make this come again, when nobody listens any more. */
static void guest_info(const SSL *ssl, int where, int value)
{
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    struct tls_guest *guest = SSL_CTX_get_app_data(context);

    (void)value;
    if (!(where & SSL_CB_HANDSHAKE_DONE) || !guest)
        return;
    (void)SSL_CTX_set_app_data(context, NULL);
    guest->secured(guest->arg);
}

void tls_lend_trust(const struct tls *tls, void *context,
                    struct tls_guest *guest)
{
    SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(context_of(tls)));
    (void)SSL_CTX_set_app_data(context, guest);
    SSL_CTX_set_info_callback(context, guest_info);
}

struct tls_slot *tls_slot_new(void)
{
    return MEM_NEW(struct tls_slot);
}

void tls_slot_free(struct tls_slot *slot)
{
    if (!slot)
        return;
    SSL_SESSION_free(slot->session);
    mem_free(slot);
}

static bool is_address(const char *host)
{
    struct in6_addr any;

    return inet_pton(AF_INET, host, &any) == 1 ||
           inet_pton(AF_INET6, host, &any) == 1;
}

void tls_prepare_client(SSL *ssl, struct tls_slot *slot, const char *host)
{
    SSL_set_connect_state(ssl);
    SSL_set_app_data(ssl, slot);
    if (is_address(host)) {
        (void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);
    } else {
        /* SSL_set_tlsext_host_name() without its cast to void *. */
        (void)SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
                       TLSEXT_NAMETYPE_host_name, (void *)(uintptr_t)host);
        (void)SSL_set1_host(ssl, host);
    }
    if (slot && slot->session)
        (void)SSL_set_session(ssl, slot->session);
}

void tls_describe_error(SSL *ssl, char *out, size_t size)
{
    unsigned long code = ERR_peek_error();
    long verify = SSL_get_verify_result(ssl);
    const char *reason = ERR_reason_error_string(code);

    if (verify != X509_V_OK)
        (void)snprintf(out, size, "certificate not trusted: %s",
                       X509_verify_cert_error_string(verify));
    else
        (void)snprintf(out, size, "%s", reason ? reason : "protocol error");
    ERR_clear_error();
}
