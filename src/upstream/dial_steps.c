// SPDX-License-Identifier: MIT
/* How far a dial came, when, and what to say if that was not far enough.  libcurl
   tells most of it only at the end: the marks are ours. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "upstream/dial_internal.h"

bool dial_has_step(const struct proxy *proxy, enum dial_step step)
{
    switch (step) {
    case DIAL_RESOLVE:
    case DIAL_CONNECT:
        return true;
    case DIAL_PROXY_TLS:
        return proxy && proxy_type(proxy) == PROXY_HTTPS;
    case DIAL_AUTHENTICATE:
        return proxy != NULL;
    case DIAL_STEPS:
        break;
    }
    return false;
}

void dial_mark(struct dial *dial, enum dial_step step)
{
    if (dial->ended_us[step] == 0)
        dial->ended_us[step] = clock_steady_ns() / 1000;
}

/* libcurl's resolver has sockets too, but no others than these have such peers. */
static bool note_peer(struct dial *dial, int fd)
{
    struct addr peer = { .len = sizeof(peer.sa) };

    if (getpeername(fd, (struct sockaddr *)(void *)&peer.sa, &peer.len) != 0 ||
        (peer.sa.ss_family != AF_INET && peer.sa.ss_family != AF_INET6))
        return false;
    addr_format(&peer, dial->peer);
    return true;
}

void dial_note_socket(struct dial *dial, int fd)
{
    if (dial->peer[0] == '\0' && note_peer(dial, fd))
        dial_mark(dial, DIAL_CONNECT);
}

const char *dial_peer(const struct dial *dial)
{
    return dial->peer;
}

enum dial_step dial_step(const struct dial *dial)
{
    unsigned step = DIAL_RESOLVE;

    while (step < DIAL_STEPS &&
           (dial->ended_us[step] > 0 || !dial_has_step(dial->proxy, step)))
        step++;
    return step;
}

struct dial_times dial_times(const struct dial *dial)
{
    struct dial_times times = { .reached = dial_step(dial) };
    uint64_t from_us = dial->start_us;

    for (unsigned step = DIAL_RESOLVE; step < DIAL_STEPS; step++) {
        uint64_t to_us = dial->ended_us[step];

        if (step == times.reached)
            to_us = dial->over_us;
        if (!dial_has_step(dial->proxy, step) || to_us < from_us)
            continue;
        times.us[step] = to_us - from_us;
        from_us = to_us;
    }
    return times;
}

/* ---- words -------------------------------------------------------------- */

static const char *advice(const struct dial *dial)
{
    return proxy_username(dial->proxy)
               ? "check the user name and password"
               : "it wants a user name and password, and none are set";
}

static void describe_socks5(struct dial *dial)
{
    static const struct {
        CURLproxycode code;
        const char *text;
    } rows[] = {
        { CURLPX_REPLY_NOT_ALLOWED, "its rules forbid that" },
        { CURLPX_REPLY_NETWORK_UNREACHABLE, "the network is unreachable" },
        { CURLPX_REPLY_HOST_UNREACHABLE, "the host is unreachable" },
        { CURLPX_REPLY_CONNECTION_REFUSED, "the connection was refused" },
        { CURLPX_REPLY_TTL_EXPIRED, "the way is too long" },
    };
    long code = CURLPX_OK;

    (void)curl_easy_getinfo(dial->easy, CURLINFO_PROXY_ERROR, &code);
    if (code == CURLPX_USER_REJECTED || code == CURLPX_NO_AUTH)
        err_set(&dial->err, ERR_PROXY, "it refused us; %s", advice(dial));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (code == (long)rows[i].code)
            err_set(&dial->err, ERR_PROXY, "it did not connect to %s: %s",
                    dial->target, rows[i].text);
    }
}

static void describe_connect(struct dial *dial)
{
    long status = 0;

    (void)curl_easy_getinfo(dial->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status == 407 || status == 401) /* tinyproxy says 401 */
        err_set(&dial->err, ERR_PROXY, "it answered %ld; %s", status,
                advice(dial));
    else if (status > 0)
        err_set(&dial->err, ERR_PROXY, "it answered %ld to CONNECT %s", status,
                dial->target);
}

/* Names cannot be looked up without descriptors either; nobody says so then. */
static int find_out_of_files(const struct dial *dial)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    (void)close(fd);
    return dial->dialer->fd_max > 0 && fd >= dial->dialer->fd_max ? EMFILE : 0;
}

/* An IPv6 socket on a machine without IPv6 is none either: only when the dial has
   failed for want of any does it matter. */
static bool describe_files(struct dial *dial, enum dial_step step)
{
    int number = dial->no_socket;
    char why[ERR_NUMBER_MAX];

    if (number == 0 && step == DIAL_RESOLVE)
        number = find_out_of_files(dial);
    if (number != EMFILE && number != ENFILE)
        return false;
    err_set(&dial->err, ERR_CONNECT, "%s", err_number_text(number, why));
    return true;
}

static void describe_cause(struct dial *dial, CURLcode code,
                           enum dial_step step)
{
    if (describe_files(dial, step))
        return;
    if (!dial->err.text[0]) /* no callback of ours knew more */
        err_set(&dial->err, ERR_PROXY, "%s",
                dial->detail[0] ? dial->detail : curl_easy_strerror(code));
    dial->err.code = ERR_PROXY;
    if (code == CURLE_OPERATION_TIMEDOUT)
        err_set(&dial->err, ERR_TIMEOUT, "not done within %llu ms",
                (unsigned long long)dial->timeout_ms);
    else if (step == DIAL_AUTHENTICATE &&
             proxy_type(dial->proxy) == PROXY_SOCKS5)
        describe_socks5(dial);
    else if (step == DIAL_AUTHENTICATE)
        describe_connect(dial);
    else if (!dial->proxy)
        dial->err.code = step == DIAL_RESOLVE ? ERR_RESOLVE : ERR_CONNECT;
}

void dial_describe_failure(struct dial *dial, CURLcode code)
{
    static const char *const words[] = {
        [DIAL_RESOLVE] = "resolve", [DIAL_CONNECT] = "connect",
        [DIAL_PROXY_TLS] = "TLS",   [DIAL_AUTHENTICATE] = "authenticate",
        [DIAL_STEPS] = "connect",
    };
    enum dial_step step;

    /* The handshake ended well; then libcurl looked at the certificate's name. */
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        dial->ended_us[DIAL_PROXY_TLS] = 0;
    step = dial_step(dial);
    describe_cause(dial, code, step);
    if (dial->proxy)
        err_wrap(&dial->err, "proxy %s failed: %s:%u", words[step],
                 proxy_host(dial->proxy), proxy_port(dial->proxy));
    else
        err_wrap(&dial->err, "%s failed: %s", words[step], dial->target);
}
