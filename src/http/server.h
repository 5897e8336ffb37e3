// SPDX-License-Identifier: MIT
/* The HTTP/1.1 server: its doors and its connections, strict reading.
   A connection:

       HEAD -> ANSWERING -> HEAD ...            (keep-alive)
         |         |------> LINGERING -> closed (connection: close, unread body)
         |---------+------> closed

   HEAD: waits for a request head within its deadline, or, when more of earlier answers
   is queued than is good, until the client has taken those.  ANSWERING: a handler owns
   the request; the body is read when it asks for it.  LINGERING: the answer is
   out, what the client still sends is thrown away for a moment so that it can
   read the answer.  Loop thread only. */
#pragma once

#include "base/loop.h"
#include "http/request.h"
#include "http/seats.h"
#include "net/doors.h"
#include "net/tls.h"

struct server;

/* How a request ended. */
enum server_end {
    SERVER_ANSWERED,
    SERVER_CUT,         /* its answer was broken off by us */
    SERVER_CLIENT_LEFT, /* before its head or its answer was complete */
    SERVER_STOPPED,     /* by server_free() */
};

struct server_outcome {
    enum server_end end;
    unsigned status; /* of the answer; 0: none was begun */
    uint64_t bytes;  /* of its body, as they were written */
};

/* Called once for each request, while it is still whole: those that a handler had, but
   for those that it logged itself (notes.is_logged), those that were refused before
   that, and those of which no more than a part of the head came.  The two latter have
   neither method nor path. */
typedef void (*server_log_fn)(const void *arg, const struct request *req,
                              const struct server_outcome *outcome);

/* Times in milliseconds; 0 takes the default. */
struct server_options {
    struct listener_options
        listen;      /* `host` NULL: it has no doors of its own */
    struct tls *tls; /* NULL: plain HTTP; must outlive the server */
    /* Tells who is at the other end; outlives the server.  NULL: nobody is known,
       so nobody is this machine. */
    struct peer_asker *asker;
    struct seats_limits seats; /* `max` 0: 16,384, and 256 are turned away */
    /* Counts those of several servers together; NULL: this one alone.  Must
       outlive them. */
    struct seats *shared;
    /* Our own outgoing connections: a request that comes over one of them gets 508.
       NULL: there are none.  Outlives the server. */
    struct outgoing *outgoing;
    /* Where its requests have their ids from; NULL: it makes its own.  Outlives it. */
    struct request_ids *ids;
    server_log_fn log; /* NULL: nobody is told */
    const void *log_arg;
    /* One answer for each that is neither this machine's nor vouched for. */
    bool strangers_close;
    uint64_t head_timeout_ms; /* 10 s: from the first byte to the whole head */
    uint64_t idle_timeout_ms; /* 95 s: between requests */
    uint64_t body_grace_ms;   /* 10 s, then 1 KB/s at least */
    uint64_t write_stall_ms;  /* 300 s without a byte taken by the client */
    /* 30 s: with `strangers_close`, for all that is left of a stranger's answer when
       that has ended. */
    uint64_t stranger_ms;
};

/* Called with each request once its head has been read.  The handler answers now
   or later.  It must release the request when the client is gone. */
typedef void (*server_fn)(void *arg, struct request *req);

/* Listens at once.  NULL and err if it cannot. */
struct server *server_new(struct loop *loop,
                          const struct server_options *options,
                          server_fn handle, void *arg, struct err *err);

/* Closes the listener and all connections; requests in hand are woken as gone
   first, and must be released from inside that wake. */
void server_free(struct server *server);

/* A connection that somebody else accepted, or made; takes over the descriptor, which
   must be non-blocking. */
void server_admit(struct server *server, int fd, const struct addr *peer);

/* The addresses that it listens at; how many.  These two are for one with doors. */
size_t server_hosts(const struct server *server, const char *hosts[DOORS_MAX]);
uint16_t server_port(const struct server *server);
size_t server_connections(const struct server *server);
