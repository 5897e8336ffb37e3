// SPDX-License-Identifier: MIT
/* libcurl's sockets and timer on our loop. */
#include <stdlib.h>

#include "base/mem.h"
#include "upstream/bridge.h"
#include "upstream/dial_internal.h"

/* One watched socket of libcurl's. */
struct watch {
    struct dialer *dialer;
    struct dial *dial;
    struct loop_poll *poll;
    int fd;
};

static struct dial *dial_of(CURL *easy)
{
    char *private = NULL;

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    return (struct dial *)(void *)private;
}

/* The wakes may start or free other dials; libcurl allows that here. */
static void collect(struct dialer *dialer)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(dialer->multi, &left))) {
        CURLcode code = message->data.result;
        struct dial *dial = dial_of(message->easy_handle);

        if (message->msg == CURLMSG_DONE && dial)
            dial_finish(dial, code);
    }
}

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

    dial_note_socket(watch->dial, watch->fd);
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

static struct watch *watch_new(struct dialer *dialer, struct dial *dial, int fd)
{
    struct watch *watch = MEM_NEW(struct watch);

    watch->dialer = dialer;
    watch->dial = dial;
    watch->fd = fd;
    watch->poll = loop_poll_new(dialer->loop, fd, socket_ready, watch);
    (void)curl_multi_assign(dialer->multi, fd, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *ptr)
{
    struct dialer *dialer = arg;
    struct watch *watch = ptr;
    struct dial *dial = dial_of(easy);
    unsigned events = 0;

    if (what == CURL_POLL_REMOVE) {
        unwatch(dialer, fd, watch);
        return 0;
    }
    if (!dial)
        return 0; /* a bridge watches its own */
    if (!watch)
        watch = watch_new(dialer, dial, fd);
    dial_note_socket(dial, fd);
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

struct dialer *dialer_new(struct loop *loop, const char *ca_file)
{
    struct dialer *dialer = MEM_NEW(struct dialer);

    dialer->loop = loop;
    dialer->multi = curl_multi_init();
    if (!dialer->multi)
        abort();
    if (ca_file && *ca_file)
        dialer->ca_file = mem_strdup(ca_file);
    list_init(&dialer->bridges);
    dialer->timer = loop_timer_new(loop, timer_fired, dialer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETDATA, dialer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(dialer->multi, CURLMOPT_TIMERDATA, dialer);
    return dialer;
}

void dialer_keep_back(struct dialer *dialer, int fd_max,
                      bool (*relieve)(void *arg), void *arg)
{
    dialer->fd_max = fd_max;
    dialer->relieve = relieve;
    dialer->relieve_arg = arg;
}

void dialer_free(struct dialer *dialer)
{
    if (!dialer)
        return;
    bridge_free_all(&dialer->bridges);
    (void)curl_multi_cleanup(dialer->multi);
    loop_timer_free(dialer->timer);
    tls_free(dialer->trust);
    mem_free(dialer->ca_file);
    mem_free(dialer);
}
