// SPDX-License-Identifier: MIT
/* Dialling with libcurl, and nothing more: a CONNECT_ONLY transfer whose socket is
   duplicated and taken over; libcurl closes its own copy.  Proxies, names and
   credentials are set as options, never pasted into a URL; the environment's
   proxy variables are ignored. */
#include "upstream/dial.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

struct dialer {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
};

struct dial {
    struct dialer *dialer;
    CURL *easy;
    struct loop_timer *deadline;
    void (*wake)(void *arg);
    void *arg;
    enum dial_state state;
    int fd;
    bool proxied;
    char where[320]; /* for error texts */
    char detail[CURL_ERROR_SIZE];
    struct err err;
};

/* ---- libcurl's sockets and timer on our loop ---------------------------- */

/* One watched socket of libcurl's. */
struct watch {
    struct dialer *dialer;
    struct loop_poll *poll;
    int fd;
};

static void collect(struct dialer *dialer);

static void act(struct dialer *dialer, int fd, int events)
{
    int running;

    (void)curl_multi_socket_action(dialer->multi, fd, events, &running);
    collect(dialer);
}

static void socket_ready(void *arg, unsigned events)
{
    struct watch *watch = arg;
    int curl = 0;

    curl |= (events & LOOP_READ) ? CURL_CSELECT_IN : 0;
    curl |= (events & LOOP_WRITE) ? CURL_CSELECT_OUT : 0;
    act(watch->dialer, watch->fd, curl);
}

static void unwatch(struct dialer *dialer, int fd, struct watch *watch)
{
    (void)curl_multi_assign(dialer->multi, fd, NULL);
    if (!watch)
        return;
    loop_poll_free(watch->poll);
    mem_free(watch);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *ptr)
{
    struct dialer *dialer = arg;
    struct watch *watch = ptr;
    unsigned events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        unwatch(dialer, fd, watch);
        return 0;
    }
    if (!watch) {
        watch = MEM_NEW(struct watch);
        watch->dialer = dialer;
        watch->fd = fd;
        watch->poll = loop_poll_new(dialer->loop, fd, socket_ready, watch);
        (void)curl_multi_assign(dialer->multi, fd, watch);
    }
    events |= (what & CURL_POLL_IN) ? LOOP_READ : 0u;
    events |= (what & CURL_POLL_OUT) ? LOOP_WRITE : 0u;
    loop_poll_want(watch->poll, events);
    return 0;
}

static int on_timer(CURLM *multi, long in_ms, void *arg)
{
    struct dialer *dialer = arg;

    (void)multi;
    if (in_ms < 0)
        loop_timer_stop(dialer->timer);
    else
        loop_timer_set(dialer->timer, (uint64_t)in_ms);
    return 0;
}

/* libcurl's clock and the loop's differ a little: a timer that came too early for
   libcurl is armed again. */
static void timer_fired(void *arg)
{
    struct dialer *dialer = arg;
    long again_ms = -1;

    act(dialer, CURL_SOCKET_TIMEOUT, 0);
    (void)curl_multi_timeout(dialer->multi, &again_ms);
    if (again_ms >= 0)
        loop_timer_set(dialer->timer, again_ms > 0 ? (uint64_t)again_ms : 1);
}

struct dialer *dialer_new(struct loop *loop)
{
    struct dialer *dialer = MEM_NEW(struct dialer);

    dialer->loop = loop;
    dialer->multi = curl_multi_init();
    if (!dialer->multi)
        abort();
    dialer->timer = loop_timer_new(loop, timer_fired, dialer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETDATA, dialer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_TIMERDATA, dialer);
    return dialer;
}

void dialer_free(struct dialer *dialer)
{
    if (!dialer)
        return;
    (void)curl_multi_cleanup(dialer->multi);
    loop_timer_free(dialer->timer);
    mem_free(dialer);
}

/* ---- results ------------------------------------------------------------ */

static void release_easy(struct dial *dial)
{
    if (!dial->easy)
        return;
    (void)curl_multi_remove_handle(dial->dialer->multi, dial->easy);
    curl_easy_cleanup(dial->easy);
    dial->easy = NULL;
}

static enum err_code code_of(const struct dial *dial, CURLcode code)
{
    if (code == CURLE_OPERATION_TIMEDOUT)
        return ERR_TIMEOUT;
    if (dial->proxied)
        return ERR_PROXY;
    return code == CURLE_COULDNT_RESOLVE_HOST ? ERR_RESOLVE : ERR_CONNECT;
}

static void dial_failed(struct dial *dial, CURLcode code)
{
    static const char *const steps[] = { "resolve", "connect", "proxy" };
    enum err_code kind = code_of(dial, code);
    const char *step = dial->proxied         ? steps[2]
                       : kind == ERR_RESOLVE ? steps[0]
                                             : steps[1];
    const char *why = dial->detail[0] ? dial->detail : curl_easy_strerror(code);

    dial->state = DIAL_FAILED;
    err_set(&dial->err, kind, "%s failed: %s: %s", step, dial->where, why);
}

static void dial_succeeded(struct dial *dial)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    (void)curl_easy_getinfo(dial->easy, CURLINFO_ACTIVESOCKET, &fd);
    dial->fd = fd == CURL_SOCKET_BAD ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    dial->state = dial->fd >= 0 ? DIAL_DONE : DIAL_FAILED;
    if (dial->fd < 0)
        err_errno(&dial->err, "connect failed: %s", dial->where);
}

static void finish(struct dial *dial, CURLcode code)
{
    if (code == CURLE_OK)
        dial_succeeded(dial);
    else
        dial_failed(dial, code);
    release_easy(dial);
    loop_timer_stop(dial->deadline);
    dial->wake(dial->arg);
}

/* The wake may start or free other dials; libcurl allows that here. */
static void collect(struct dialer *dialer)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(dialer->multi, &left))) {
        CURLcode code = message->data.result;
        char *private = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                &private);
        finish((struct dial *)(void *)private, code);
    }
}

static void too_late(void *arg)
{
    struct dial *dial = arg;

    if (dial->state == DIAL_BUSY)
        finish(dial, CURLE_OPERATION_TIMEDOUT);
}

/* ---- starting ----------------------------------------------------------- */

/* libcurl percent-decodes these two, options though they are; a person's bytes have
   to survive that. */
static void set_credential(CURL *easy, CURLoption option, const char *text)
{
    struct buf escaped;

    buf_init_secret(&escaped, 3 * strlen(text) + 1);
    for (; *text; text++) {
        if (*text == '%')
            buf_add(&escaped, STR("%25"));
        else
            buf_add(&escaped, (struct str){ text, 1 });
    }
    buf_add(&escaped, (struct str){ "", 1 });
    (void)curl_easy_setopt(easy, option, buf_str(&escaped).at);
    buf_done(&escaped);
}

static void set_proxy(CURL *easy, const struct proxy *proxy)
{
    static const long types[] = {
        [PROXY_SOCKS5] = CURLPROXY_SOCKS5_HOSTNAME,
        [PROXY_HTTP] = CURLPROXY_HTTP,
    };

    bool v6 = strchr(proxy_host(proxy), ':') != NULL;
    char host[300];

    (void)snprintf(host, sizeof(host), v6 ? "[%s]" : "%s", proxy_host(proxy));
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, host);
    (void)curl_easy_setopt(easy, CURLOPT_PROXYPORT, (long)proxy_port(proxy));
    (void)curl_easy_setopt(easy, CURLOPT_PROXYTYPE, types[proxy_type(proxy)]);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!proxy_username(proxy))
        return;
    set_credential(easy, CURLOPT_PROXYUSERNAME, proxy_username(proxy));
    set_credential(easy, CURLOPT_PROXYPASSWORD, proxy_password(proxy));
    (void)curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
}

static void set_target(struct dial *dial, const struct dial_target *target)
{
    bool v6 = strchr(target->host, ':') != NULL;
    char url[300];

    (void)snprintf(url, sizeof(url), v6 ? "http://[%s]:%u/" : "http://%s:%u/",
                   target->host, target->port);
    (void)curl_easy_setopt(dial->easy, CURLOPT_URL, url);
    if (target->proxy) {
        (void)snprintf(dial->where, sizeof(dial->where), "proxy %s:%u",
                       proxy_host(target->proxy), proxy_port(target->proxy));
        set_proxy(dial->easy, target->proxy);
    } else {
        (void)snprintf(dial->where, sizeof(dial->where), "%s:%u", target->host,
                       target->port);
        (void)curl_easy_setopt(dial->easy, CURLOPT_PROXY, "");
    }
}

static void set_rest(struct dial *dial, uint64_t timeout_ms)
{
    CURL *easy = dial->easy;

    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Cancelling must not wait for a name that is still being looked up. */
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, dial->detail);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)dial);
}

struct dial *dial_start(struct dialer *dialer, const struct dial_target *target,
                        void (*wake)(void *arg), void *arg)
{
    struct dial *dial = MEM_NEW(struct dial);

    dial->dialer = dialer;
    dial->wake = wake;
    dial->arg = arg;
    dial->fd = -1;
    dial->proxied = target->proxy != NULL;
    dial->easy = curl_easy_init();
    if (!dial->easy)
        abort();
    set_target(dial, target);
    set_rest(dial, target->timeout_ms);
    dial->deadline = loop_timer_new(dialer->loop, too_late, dial);
    loop_timer_set(dial->deadline, target->timeout_ms + 250);
    (void)curl_multi_add_handle(dialer->multi, dial->easy);
    return dial;
}

void dial_free(struct dial *dial)
{
    if (!dial)
        return;
    release_easy(dial);
    loop_timer_free(dial->deadline);
    if (dial->fd >= 0)
        (void)close(dial->fd);
    mem_free(dial);
}

enum dial_state dial_state(const struct dial *dial)
{
    return dial->state;
}

int dial_take(struct dial *dial)
{
    int fd = dial->fd;

    dial->fd = -1;
    return fd;
}

const struct err *dial_error(const struct dial *dial)
{
    return &dial->err;
}
