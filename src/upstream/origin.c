// SPDX-License-Identifier: MIT
/* Origins and the pool of idle connections. */
#include "upstream/origin.h"

#include <assert.h>

#include "base/mem.h"
#include "net/tls.h"
#include "upstream/trace.h"

/* Opening a TLS connection costs a thousand times what keeping one does, and the
   API's edge keeps idle ones for minutes. */
#define IDLE_MAX_MS 110000
#define SWEEP_MS 10000

struct origin *origin_new(struct str host, uint16_t port, struct tls *tls)
{
    struct origin *origin = MEM_NEW(struct origin);

    list_init(&origin->node);
    origin->refs = 1;
    origin->host = mem_strndup(host.at, host.len);
    origin->port = port;
    origin->tls = tls_ref(tls);
    origin->slot = tls_slot_new();
    return origin;
}

struct origin *origin_ref(struct origin *origin)
{
    origin->refs++;
    return origin;
}

void origin_free(struct origin *origin)
{
    if (!origin || --origin->refs > 0)
        return;
    list_remove(&origin->node);
    tls_free(origin->tls);
    tls_slot_free(origin->slot);
    mem_free(origin->host);
    mem_free(origin);
}

struct link *link_new(struct upstream *upstream, struct stream *stream,
                      struct origin *origin, const struct proxy *proxy)
{
    struct link *link = MEM_NEW(struct link);

    list_init(&link->node);
    link->upstream = upstream;
    link->stream = stream;
    link->origin = origin_ref(origin);
    link->proxy = proxy_ref((struct proxy *)(uintptr_t)proxy);
    return link;
}

/* It is idle no longer. */
static void leave_pool(struct link *link)
{
    if (list_is_empty(&link->node))
        return;
    list_remove(&link->node);
    link->upstream->idle_count--;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    leave_pool(link);
    outgoing_forget(link->known);
    stream_free(link->stream);
    origin_free(link->origin);
    proxy_unref(link->proxy);
    mem_free(link);
}

static void drop(struct link *link, const char *why)
{
    trace_link(link, "pooled connection dropped", why);
    link_free(link);
}

static struct link *oldest_idle(const struct upstream *upstream)
{
    return LIST_ITEM(upstream->idle.next, struct link, node);
}

/* The sweep closes what nobody has asked for in a long while. */
static void sweep(void *arg)
{
    struct upstream *upstream = arg;
    uint64_t now_ms = loop_now_ms(upstream->loop);

    while (!list_is_empty(&upstream->idle)) {
        struct link *oldest = oldest_idle(upstream);

        if (now_ms - oldest->idle_since_ms < IDLE_MAX_MS) {
            loop_timer_set(upstream->sweep, SWEEP_MS);
            return;
        }
        drop(oldest, "idle for too long");
    }
}

struct upstream *upstream_new(struct loop *loop, const char *ca_file)
{
    struct upstream *upstream = MEM_NEW(struct upstream);

    upstream->loop = loop;
    upstream->dialer = dialer_new(loop, ca_file);
    upstream->sweep = loop_timer_new(loop, sweep, upstream);
    list_init(&upstream->origins);
    list_init(&upstream->idle);
    return upstream;
}

void upstream_make_known(struct upstream *upstream, struct outgoing *outgoing)
{
    upstream->outgoing = outgoing;
}

void link_make_known(struct link *link, int fd)
{
    link->known = outgoing_add(link->upstream->outgoing, fd);
}

static bool drop_oldest(void *arg)
{
    struct upstream *upstream = arg;

    if (list_is_empty(&upstream->idle))
        return false;
    drop(oldest_idle(upstream), "open files have run out");
    return true;
}

void upstream_keep_back(struct upstream *upstream, int fd_max)
{
    dialer_keep_back(upstream->dialer, fd_max, drop_oldest, upstream);
}

void upstream_free(struct upstream *upstream)
{
    if (!upstream)
        return;
    while (!list_is_empty(&upstream->idle))
        drop(oldest_idle(upstream), "the end");
    assert(list_is_empty(&upstream->origins));
    loop_timer_free(upstream->sweep);
    dialer_free(upstream->dialer);
    mem_free(upstream);
}

static bool is_at(const struct origin *origin, struct str host, uint16_t port,
                  const struct tls *tls)
{
    return origin->port == port && origin->tls == tls &&
           str_eq(str_of(origin->host), host);
}

struct origin *upstream_origin(struct upstream *upstream, struct str host,
                               uint16_t port, struct tls *tls)
{
    struct origin *origin;

    for (struct list *node = upstream->origins.next; node != &upstream->origins;
         node = node->next) {
        origin = LIST_ITEM(node, struct origin, node);
        if (is_at(origin, host, port, tls))
            return origin_ref(origin);
    }
    origin = origin_new(host, port, tls);
    list_push(&upstream->origins, &origin->node);
    return origin;
}

static bool fits(const struct link *link, const struct origin *origin,
                 const struct proxy *proxy)
{
    return link->origin == origin && proxy_eq(link->proxy, proxy);
}

/* Asking costs a system call.  It is saved where the loop would have told of
   anything that came, or will before the request leaves: not of what follows
   an answer that was read in this very turn, and may be more than one read. */
static bool is_dead(const struct link *link, bool certain)
{
    const struct loop *loop = link->upstream->loop;
    bool ask = certain || !loop_is_calm(loop) ||
               link->idle_since_turn == loop_turn(loop);

    return stream_has_ended(link->stream) ||
           (ask && stream_is_stale(link->stream)) ||
           stream_is_mid_record(link->stream);
}

struct link *upstream_take(struct upstream *upstream,
                           const struct origin *origin,
                           const struct proxy *proxy, bool certain)
{
    struct list *node = upstream->idle.prev;

    while (node != &upstream->idle) {
        struct link *link = LIST_ITEM(node, struct link, node);

        node = node->prev;
        if (!fits(link, origin, proxy))
            continue;
        if (is_dead(link, certain)) {
            drop(link, "the other side ended it");
            continue;
        }
        leave_pool(link);
        return link;
    }
    return NULL;
}

void upstream_drop_silent(struct upstream *upstream,
                          const struct origin *origin,
                          const struct proxy *proxy, uint64_t silent_ms)
{
    uint64_t now_ms = loop_now_ms(upstream->loop);
    struct list *node = upstream->idle.next;

    while (node != &upstream->idle) {
        struct link *link = LIST_ITEM(node, struct link, node);

        node = node->next;
        if (now_ms - link->idle_since_ms >= silent_ms &&
            fits(link, origin, proxy))
            drop(link, "silent, as one to there that is dead");
    }
}

static void idle_ready(void *arg, unsigned ready)
{
    struct link *link = arg;

    (void)ready;
    if (stream_is_stale(link->stream))
        drop(link, "the other side ended it");
}

void upstream_keep(struct link *link)
{
    struct upstream *upstream = link->upstream;

    if (list_is_empty(&upstream->idle))
        loop_timer_set(upstream->sweep, SWEEP_MS);
    link->idle_since_ms = loop_now_ms(upstream->loop);
    link->idle_since_turn = loop_turn(upstream->loop);
    stream_set_owner(link->stream, idle_ready, link);
    stream_want(link->stream, STREAM_READABLE);
    list_push(&upstream->idle, &link->node);
    upstream->idle_count++;
    trace_link(link, "connection kept in the pool", NULL);
    if (upstream->idle_count > UPSTREAM_IDLE_MAX)
        drop(oldest_idle(upstream), "there are too many");
}
