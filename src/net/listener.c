// SPDX-License-Identifier: MIT
/* A listening socket on one loop. */
#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define BACKLOG 4096
#define ACCEPTS_PER_TURN 64
#define SAY_AGAIN_MS 10000
#define PAUSE_MS 100

struct listener {
    struct loop_poll *poll;
    struct loop_timer *pause;
    listener_fn accepted;
    void *arg;
    int fd;
    int fd_max;
    bool borrowed; /* the descriptor is somebody else's */
    uint16_t port;
    uint64_t said_ms; /* when the log was told that accepting fails; 0: never */
};

static void set_option(int fd, int level, int option)
{
    int on = 1;

    (void)setsockopt(fd, level, option, &on, sizeof(on));
}

/* A client that vanished without a word while it waits is noticed within half a
   minute.  (No TCP_USER_TIMEOUT: it would cut a reader that pauses, too.) */
static void watch_over(int fd)
{
    static const struct {
        int option;
        int value;
    } options[] = { { TCP_KEEPIDLE, 15 },
                    { TCP_KEEPINTVL, 5 },
                    { TCP_KEEPCNT, 3 } };

    set_option(fd, SOL_SOCKET, SO_KEEPALIVE);
    for (size_t i = 0; i < COUNT_OF(options); i++)
        (void)setsockopt(fd, IPPROTO_TCP, options[i].option, &options[i].value,
                         sizeof(options[i].value));
}

/* Out of descriptors: level-triggered readiness would spin, so look away.  Said
   once in a while, not with every try. */
static void pause_accepting(struct listener *listener, int number)
{
    uint64_t now_ms = clock_steady_ms();
    char why[ERR_NUMBER_MAX];

    if (listener->said_ms == 0 || now_ms - listener->said_ms > SAY_AGAIN_MS) {
        log_line(LOG_ERROR, "cannot accept connections: %s",
                 err_number_text(number, why));
        listener->said_ms = now_ms;
    }
    loop_poll_want(listener->poll, 0);
    loop_timer_set(listener->pause, PAUSE_MS);
}

static void resume_accepting(void *arg)
{
    struct listener *listener = arg;

    loop_poll_want(listener->poll, LOOP_READ);
}

static void accept_ready(void *arg, unsigned events)
{
    struct listener *listener = arg;

    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct addr peer = { .len = sizeof(peer.sa) };
        int fd = accept4(listener->fd, (struct sockaddr *)(void *)&peer.sa,
                         &peer.len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0 && listener->fd_max > 0 && fd >= listener->fd_max) {
            (void)close(fd);
            pause_accepting(listener, EMFILE);
            return;
        }
        if (fd >= 0) {
            if (peer.sa.ss_family != AF_UNIX) {
                set_option(fd, IPPROTO_TCP, TCP_NODELAY);
                watch_over(fd);
            }
            listener->accepted(listener->arg, fd, &peer);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
            errno == ENOBUFS)
            pause_accepting(listener, errno);
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/* With SO_REUSEPORT a second process would silently share the port: find out
   first whether anybody has it. */
static bool is_free(const struct addr *addr)
{
    int fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok;

    if (fd < 0)
        return true; /* the real attempt will say why */
    set_option(fd, SOL_SOCKET, SO_REUSEADDR);
    ok = bind(fd, (const struct sockaddr *)(const void *)&addr->sa,
              addr->len) == 0 ||
         errno != EADDRINUSE;
    (void)close(fd);
    return ok;
}

static bool open_socket(struct listener *listener, struct addr *addr)
{
    listener->fd = socket(addr->sa.ss_family,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return false;
    set_option(listener->fd, SOL_SOCKET, SO_REUSEADDR);
    set_option(listener->fd, SOL_SOCKET, SO_REUSEPORT);
    return bind(listener->fd, (struct sockaddr *)(void *)&addr->sa,
                addr->len) == 0 &&
           listen(listener->fd, BACKLOG) == 0 &&
           getsockname(listener->fd, (struct sockaddr *)(void *)&addr->sa,
                       &addr->len) == 0;
}

static bool bind_address(struct listener *listener,
                         const struct listener_options *options,
                         struct err *err)
{
    struct addr addr;

    if (!addr_parse(options->host, options->port, &addr, err))
        return err_wrap(err, "HOST");
    if (!options->shared && options->port != 0 && !is_free(&addr))
        return err_set(err, ERR_CONFIG,
                       "port %u on %s is in use by another program; stop it or "
                       "set PORT to another one",
                       options->port, options->host);
    if (!open_socket(listener, &addr))
        return err_errno(err, "listen on %s port %u", options->host,
                         options->port);
    listener->port = addr_port(&addr);
    return true;
}

static void begin(struct listener *listener, struct loop *loop)
{
    listener->poll = loop_poll_new(loop, listener->fd, accept_ready, listener);
    listener->pause = loop_timer_new(loop, resume_accepting, listener);
    loop_poll_want(listener->poll, LOOP_READ);
}

struct listener *listener_new(struct loop *loop,
                              const struct listener_options *options,
                              listener_fn accepted, void *arg, struct err *err)
{
    struct listener *listener = MEM_NEW(struct listener);

    listener->accepted = accepted;
    listener->arg = arg;
    listener->fd = -1;
    listener->fd_max = options->fd_max;
    if (!bind_address(listener, options, err)) {
        listener_free(listener);
        return NULL;
    }
    begin(listener, loop);
    return listener;
}

struct listener *listener_new_on(struct loop *loop, int fd,
                                 listener_fn accepted, void *arg)
{
    struct listener *listener = MEM_NEW(struct listener);

    listener->accepted = accepted;
    listener->arg = arg;
    listener->fd = fd;
    listener->borrowed = true;
    begin(listener, loop);
    return listener;
}

void listener_free(struct listener *listener)
{
    if (!listener)
        return;
    loop_poll_free(listener->poll);
    loop_timer_free(listener->pause);
    if (listener->fd >= 0 && !listener->borrowed)
        (void)close(listener->fd);
    mem_free(listener);
}

uint16_t listener_port(const struct listener *listener)
{
    return listener->port;
}
