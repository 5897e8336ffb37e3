// SPDX-License-Identifier: MIT
/* Bridges.  libcurl's TLS may hold decrypted bytes while its socket is silent, so
   it is read until it has no more; and what it did not take is offered again from
   the same place, because TLS insists on that: `up` is filled only when empty. */
#include "upstream/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

struct bridge {
    struct list node; /* in the dialer's bridges */
    CURLM *multi;
    CURL *easy;
    int net;  /* libcurl's socket, duplicated to be watched by us */
    int here; /* our end of the pair */
    struct loop_poll *net_poll;
    struct loop_poll *here_poll;
    struct buf up;   /* from the caller, not yet taken by libcurl */
    struct buf down; /* from libcurl, not yet taken by the caller */
    bool ended;      /* the proxy sends no more */
    bool deaf;       /* the proxy takes no more */
};

static void bridge_free(struct bridge *bridge)
{
    list_remove(&bridge->node);
    loop_poll_free(bridge->net_poll);
    loop_poll_free(bridge->here_poll);
    (void)curl_multi_remove_handle(bridge->multi, bridge->easy);
    curl_easy_cleanup(bridge->easy);
    (void)close(bridge->net);
    (void)close(bridge->here);
    buf_done(&bridge->up);
    buf_done(&bridge->down);
    mem_free(bridge);
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* ---- from the caller to the proxy --------------------------------------- */

/* False: nothing came. */
static bool fill_up(struct bridge *bridge)
{
    char *room = buf_room(&bridge->up, BRIDGE_BUF_SIZE);
    ssize_t got = recv(bridge->here, room, BRIDGE_BUF_SIZE, 0);

    if (got <= 0) {
        buf_done(&bridge->up);
        return false; /* an end is told by LOOP_HANGUP */
    }
    buf_grow(&bridge->up, (size_t)got);
    return true;
}

static void pump_up(struct bridge *bridge)
{
    while (!bridge->deaf && (bridge->up.len > 0 || fill_up(bridge))) {
        struct str bytes = buf_str(&bridge->up);
        size_t sent = 0;
        CURLcode code =
            curl_easy_send(bridge->easy, bytes.at, bytes.len, &sent);

        if (code == CURLE_AGAIN)
            return;
        bridge->deaf = code != CURLE_OK;
        buf_consume(&bridge->up, sent);
        if (bridge->up.len == 0 || bridge->deaf)
            buf_done(&bridge->up);
    }
}

/* ---- from the proxy to the caller --------------------------------------- */

/* False: nothing came. */
static bool fill_down(struct bridge *bridge)
{
    char *room = buf_room(&bridge->down, BRIDGE_BUF_SIZE);
    size_t got = 0;
    CURLcode code = curl_easy_recv(bridge->easy, room, BRIDGE_BUF_SIZE, &got);

    if (code == CURLE_OK && got > 0) {
        buf_grow(&bridge->down, got);
        return true;
    }
    buf_done(&bridge->down);
    bridge->ended = code != CURLE_AGAIN;
    /* After a failure it will not take anything either. */
    bridge->deaf = bridge->deaf || (bridge->ended && code != CURLE_OK);
    return false;
}

static void pump_down(struct bridge *bridge)
{
    while (!bridge->ended && (bridge->down.len > 0 || fill_down(bridge))) {
        struct str bytes = buf_str(&bridge->down);
        ssize_t sent = send(bridge->here, bytes.at, bytes.len, MSG_NOSIGNAL);

        if (sent < 0 && would_block())
            return;
        if (sent < 0) {
            bridge->ended = true; /* the caller is gone: LOOP_HANGUP follows */
            return;
        }
        buf_consume(&bridge->down, (size_t)sent);
        if (bridge->down.len == 0)
            buf_done(&bridge->down);
    }
    if (bridge->ended)
        (void)shutdown(bridge->here, SHUT_WR);
}

/* ---- events ------------------------------------------------------------- */

static void update_interest(struct bridge *bridge)
{
    unsigned net = 0;
    unsigned here = LOOP_HANGUP;

    net |= !bridge->ended && bridge->down.len == 0 ? LOOP_READ : 0u;
    net |= bridge->up.len > 0 ? LOOP_WRITE : 0u;
    here |= !bridge->deaf && bridge->up.len == 0 ? LOOP_READ : 0u;
    here |= bridge->down.len > 0 ? LOOP_WRITE : 0u;
    loop_poll_want(bridge->net_poll, net);
    loop_poll_want(bridge->here_poll, here);
}

static void pump(struct bridge *bridge)
{
    pump_up(bridge);
    pump_down(bridge);
    if (bridge->ended && bridge->deaf)
        bridge_free(bridge);
    else
        update_interest(bridge);
}

static void net_ready(void *arg, unsigned events)
{
    (void)events;
    pump(arg);
}

static void here_ready(void *arg, unsigned events)
{
    if (events & LOOP_HANGUP)
        bridge_free(arg);
    else
        pump(arg);
}

/* ---- building ----------------------------------------------------------- */

static int watchable(CURL *easy)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    (void)curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    return fd == CURL_SOCKET_BAD ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int bridge_new(struct loop *loop, CURLM *multi, CURL *easy,
               struct list *bridges)
{
    struct bridge *bridge = MEM_NEW(struct bridge);
    int ends[2] = { -1, -1 };

    bridge->multi = multi;
    bridge->easy = easy;
    bridge->net = watchable(easy);
    if (bridge->net >= 0)
        (void)socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                         ends);
    bridge->here = ends[0];
    buf_init_secret(&bridge->up, BRIDGE_BUF_SIZE);
    buf_init(&bridge->down, BRIDGE_BUF_SIZE);
    list_init(&bridge->node);
    if (ends[1] < 0) {
        int number = errno;

        bridge_free(bridge);
        errno = number;
        return -1;
    }
    list_push(bridges, &bridge->node);
    bridge->net_poll = loop_poll_new(loop, bridge->net, net_ready, bridge);
    bridge->here_poll = loop_poll_new(loop, bridge->here, here_ready, bridge);
    pump(bridge);
    return ends[1];
}

void bridge_free_all(struct list *bridges)
{
    while (!list_is_empty(bridges))
        bridge_free(LIST_ITEM(bridges->next, struct bridge, node));
}
