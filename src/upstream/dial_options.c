// SPDX-License-Identifier: MIT
/* What libcurl is told.  Proxies, names and credentials are set as options, never
   pasted into a URL; the environment's proxy variables are ignored. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "upstream/dial_internal.h"
#include "upstream/trace.h"

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '%')
            buf_add(out, STR("%25"));
        else if (*text == ':')
            buf_add(out, STR("%3A"));
        else
            buf_add(out, (struct str){ text, 1 });
    }
}

/* Every libcurl percent-decodes this option; it depends on the version whether it
   does those for the name and the password alone (before 8.8 it did). */
static void set_credential(CURL *easy, const struct proxy *proxy)
{
    const char *username = proxy_username(proxy);
    const char *password = proxy_password(proxy);
    struct buf both;

    buf_init_secret(&both, 3 * (strlen(username) + strlen(password)) + 2);
    add_escaped(&both, username);
    buf_add(&both, STR(":"));
    add_escaped(&both, password);
    buf_add(&both, (struct str){ "", 1 });
    (void)curl_easy_setopt(easy, CURLOPT_PROXYUSERPWD, buf_str(&both).at);
    buf_done(&both);
}

/* ---- TLS to the proxy --------------------------------------------------- */

static void secured(void *arg)
{
    dial_mark(arg, DIAL_PROXY_TLS);
}

/* The trust that our own TLS has, read once: reading the system's certificates
   takes libcurl ten milliseconds a connection. */
static CURLcode on_context(CURL *easy, void *context, void *arg)
{
    struct dial *dial = arg;
    struct dialer *dialer = dial->dialer;

    (void)easy;
    if (!dialer->trust)
        dialer->trust = tls_client_new(dialer->ca_file, &dial->err);
    if (!dialer->trust)
        return CURLE_SSL_CACERT_BADFILE;
    dial->guest = (struct tls_guest){ secured, dial };
    tls_lend_trust(dialer->trust, context, &dial->guest);
    return CURLE_OK;
}

/* A libcurl on another TLS library than ours does not have the callback: it trusts
   what the system trusts. */
static void set_proxy_tls(struct dial *dial)
{
    CURL *easy = dial->easy;

    if (curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context) !=
        CURLE_OK)
        return;
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, dial);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
}

/* ---- the way ------------------------------------------------------------ */

static void set_proxy(struct dial *dial)
{
    static const long types[] = {
        [PROXY_SOCKS5] = CURLPROXY_SOCKS5_HOSTNAME,
        [PROXY_HTTP] = CURLPROXY_HTTP,
        [PROXY_HTTPS] = CURLPROXY_HTTPS,
    };
    const struct proxy *proxy = dial->proxy;
    CURL *easy = dial->easy;
    bool v6 = strchr(proxy_host(proxy), ':') != NULL;
    char host[300];

    (void)snprintf(host, sizeof(host), v6 ? "[%s]" : "%s", proxy_host(proxy));
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, host);
    (void)curl_easy_setopt(easy, CURLOPT_PROXYPORT, (long)proxy_port(proxy));
    (void)curl_easy_setopt(easy, CURLOPT_PROXYTYPE, types[proxy_type(proxy)]);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (proxy_type(proxy) == PROXY_HTTPS)
        set_proxy_tls(dial);
    if (!proxy_username(proxy))
        return;
    set_credential(easy, proxy);
    (void)curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
}

static void set_way(struct dial *dial, const struct dial_target *target)
{
    bool v6 = strchr(target->host, ':') != NULL;
    char url[300];

    (void)snprintf(dial->target, sizeof(dial->target), v6 ? "[%s]:%u" : "%s:%u",
                   target->host, target->port);
    (void)snprintf(url, sizeof(url), "http://%s/", dial->target);
    (void)curl_easy_setopt(dial->easy, CURLOPT_URL, url);
    if (dial->proxy)
        set_proxy(dial);
    else
        (void)curl_easy_setopt(dial->easy, CURLOPT_PROXY, "");
}

/* -1 and errno, EMFILE where the rest is for others. */
static int try_socket(const struct dialer *dialer,
                      const struct curl_sockaddr *address)
{
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                    address->protocol);

    if (fd < 0 || dialer->fd_max == 0 || fd < dialer->fd_max)
        return fd;
    (void)close(fd);
    errno = EMFILE;
    return -1;
}

/* A socket is wanted: the name has been looked up.  Idle connections are given up
   for one that is needed. */
static curl_socket_t on_open(void *arg, curlsocktype purpose,
                             struct curl_sockaddr *address)
{
    struct dial *dial = arg;
    struct dialer *dialer = dial->dialer;
    int fd = try_socket(dialer, address);

    (void)purpose;
    dial_mark(dial, DIAL_RESOLVE);
    trace_dial_try(dial, &address->addr, address->addrlen);
    while (fd < 0 && (errno == EMFILE || errno == ENFILE) && dialer->relieve &&
           dialer->relieve(dialer->relieve_arg))
        fd = try_socket(dialer, address);
    if (fd < 0)
        dial->no_socket = errno;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* A path that ends while the upstream thinks is noticed within two minutes (nine
   probes), not in CLAUDE_TIMEOUT.  While bytes are on the way TCP does not probe:
   upstream/silence.h. */
static void set_keepalive(CURL *easy)
{
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
}

void dial_set_options(struct dial *dial, const struct dial_target *target)
{
    CURL *easy = dial->easy;

    set_way(dial, target);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    /* libcurl looks a proxy's name up in its cache under the name of the target:
       one dial's address must never be another's way out. */
    (void)curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Cancelling must not wait for a name that is still being looked up. */
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           (long)target->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    set_keepalive(easy);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, dial);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, dial->detail);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)dial);
}
