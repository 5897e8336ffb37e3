// SPDX-License-Identifier: MIT
/* Where outgoing calls go, and the idle connections kept for them.

   struct origin: one scheme, host and port.  struct upstream: one loop's dialer
   and pool.  A pooled connection is used again only for the same origin through
   the same proxy; one that becomes readable while idle is dead and goes at once.
   Loop thread only. */
#pragma once

#include "base/list.h"
#include "base/loop.h"
#include "net/outgoing.h"
#include "net/stream.h"
#include "upstream/dial.h"

#define UPSTREAM_IDLE_MAX 256

struct origin {
    struct list node; /* in upstream->origins, or alone */
    unsigned refs;
    char *host; /* without brackets */
    uint16_t port;
    struct tls *tls; /* NULL: plain HTTP; a reference */
    struct tls_slot *slot;
};

struct origin *origin_new(struct str host, uint16_t port, struct tls *tls);
/* Another reference; calls and connections have their own. */
struct origin *origin_ref(struct origin *origin);
/* Gives one back: the maker's, or another. */
void origin_free(struct origin *origin);

/* An open connection and whom it leads to. */
struct link {
    struct list node; /* in upstream->idle */
    struct upstream *upstream;
    struct stream *stream;
    struct origin *origin; /* a reference */
    struct proxy *proxy;   /* a reference, or NULL */
    struct outgoing_socket *known;
    uint64_t idle_since_ms;
    uint64_t idle_since_turn;
};

struct upstream {
    struct loop *loop;
    struct dialer *dialer;
    struct list origins; /* of upstream_origin() that somebody uses */
    struct list idle;    /* the newest last */
    size_t idle_count;
    struct loop_timer *sweep;
    struct outgoing *outgoing; /* NULL: nobody wants to know */
};

/* `ca_file`: PEM certificates that a proxy's TLS may show besides those the system
   trusts; NULL or empty: none.  Copied; read when the first https proxy is used. */
struct upstream *upstream_new(struct loop *loop, const char *ca_file);
/* From now on its connections are known there; outlives it.  NULL: nowhere. */
void upstream_make_known(struct upstream *upstream, struct outgoing *outgoing);
/* Descriptors from `fd_max` on are not for this one's connections; 0: all are.  When
   they run out, idle connections are closed first. */
void upstream_keep_back(struct upstream *upstream, int fd_max);
void upstream_free(struct upstream *upstream);

/* For those who come to know of origins one by one: the one with these three, made if
   nobody uses one now, so that its connections are found again.  A reference, which
   goes before the upstream does. */
struct origin *upstream_origin(struct upstream *upstream, struct str host,
                               uint16_t port, struct tls *tls);

/* The newest idle connection that fits and is alive; NULL if there is none.  In a calm
   loop only what earlier turns saw counts, unless it shall be `certain`, which
   costs a system call: whoever writes little sees the rest of the turn before that
   leaves (stream_is_late()). */
struct link *upstream_take(struct upstream *upstream,
                           const struct origin *origin,
                           const struct proxy *proxy, bool certain);
/* Keep a connection whose last exchange ended cleanly.  Of more than
   UPSTREAM_IDLE_MAX the oldest is closed. */
void upstream_keep(struct link *link);

/* One connection to there was found dead: close the idle ones that have been silent
   for `silent_ms` as well. */
void upstream_drop_silent(struct upstream *upstream,
                          const struct origin *origin,
                          const struct proxy *proxy, uint64_t silent_ms);

struct link *link_new(struct upstream *upstream, struct stream *stream,
                      struct origin *origin, const struct proxy *proxy);
/* Its socket becomes known, if the upstream was told where. */
void link_make_known(struct link *link, int fd);
/* Closes the connection. */
void link_free(struct link *link);
