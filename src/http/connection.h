// SPDX-License-Identifier: MIT
/* One client connection and the exchange on it: what server.c, connection.c,
   request.c and response.c share.  Not for other folders. */
#pragma once

#include "base/buf.h"
#include "base/list.h"
#include "http/parser.h"
#include "http/request.h"
#include "http/response.h"
#include "http/server.h"
#include "net/stream.h"

enum connection_state {
    CONNECTION_SECURING, /* TLS handshake (claude-sim only) */
    CONNECTION_HEAD,
    CONNECTION_ANSWERING,
    CONNECTION_LINGERING,
};

enum response_state { RESPONSE_NONE, RESPONSE_HEAD, RESPONSE_BODY };

/* A request and its answer; `req` is what handlers see. */
struct exchange {
    struct connection *conn;
    void (*wake)(void *arg);
    void *wake_arg;
    enum request_body body_state;
    enum response_state response;
    bool gone;
    bool close;          /* the connection cannot be used again */
    bool cut;            /* the answer was broken off */
    unsigned status;     /* of the answer */
    uint64_t body_bytes; /* of it, so far */
    struct buf head;     /* queued response head */
    struct request req;

    struct err *body_err; /* when FAILED */
    struct buf body;
    uint64_t body_max;
    uint64_t body_seen;
    size_t window;
    uint64_t rate_from_ms; /* since when the sender's rate counts */
    uint64_t rate_bytes;
};

struct connection {
    struct list link; /* in server->connections */
    struct server *server;
    struct stream *stream;
    struct parser *parser;
    struct loop_timer *timer;
    struct exchange *exchange; /* ANSWERING only */
    struct buf stash;          /* received behind what was parsed */
    struct addr peer;
    struct peer_process process; /* at the other end */
    enum connection_state state;
    bool processing;        /* connection_process() is on the stack */
    bool reset;             /* LINGERING ends with a reset */
    bool turned_away;       /* it has no place, and counts among those */
    bool has_asked;         /* its first request has come */
    bool vouched;           /* request_vouch(), of an answered request */
    uint64_t sent_at_check; /* for the write-stall deadline */
    const char *why; /* it ends, for debugging; the first reason counts */
    uint64_t began_ms;
    unsigned requests;
};

struct server {
    struct loop *loop;
    struct server_options options;
    struct doors *doors;
    server_fn handle;
    void *arg;
    struct list connections;
    struct list applicants; /* http/entrance.c */
    size_t count;           /* of this server */
    struct seats own;       /* what `options.shared` points to by default */
    bool ending;            /* server_free() was called */
    struct request_ids ids; /* what `options.ids` points to by default */
};

/* Counts, for all servers that share the limit.  Takes over the descriptor of
   `process`, and what is known of it.  One that is turned away is refused by the
   caller. */
struct connection *connection_new(struct server *server,
                                  const struct peer_process *process,
                                  enum seat seat);
void connection_free(struct connection *conn);
/* The server ends: a handler is told that its client is gone, and lets go. */
void connection_close(struct connection *conn);

/* It is not known to be this machine's own, and nobody vouched for it: it gives its
   place back after one answer, whatever that is.  Asks who it is, if that is not known yet and can be
   had at once. */
bool connection_is_strange(struct connection *conn);

/* Which events and deadline the present state needs. */
void connection_update(struct connection *conn);

/* Parse what is stashed as far as the state allows. */
void connection_process(struct connection *conn);

/* Feed stashed bytes to the body of the present exchange. */
void connection_pump_body(struct connection *conn);

/* Its exchange ends now: whoever keeps the log is told (http/report.c). */
void connection_report(struct connection *conn);
/* Lines at level debug: it is there; it ends, and why. */
void connection_report_start(const struct connection *conn);
void connection_report_end(const struct connection *conn);
/* Why it will end. */
static inline void connection_because(struct connection *conn, const char *why)
{
    if (!conn->why)
        conn->why = why;
}

/* The exchange is over: next request, or linger and close. */
void connection_finish_exchange(struct connection *conn);

/* Say BYE in full: flush, end our side, wait a moment for the peer's end. */
void connection_linger(struct connection *conn);

/* The parts of connection.c and connection_read.c that the other one calls. */
struct exchange *exchange_new(struct connection *conn);
/* Its request is there, or refused: from now on it has an id and its time counts. */
void exchange_arrives(struct exchange *x);
void exchange_free(struct exchange *x);
/* Tell the handler that something changed. */
void connection_wake(struct connection *conn);
/* Between requests the connection just goes; a handler is told and lets go. */
void connection_client_gone(struct connection *conn);
bool connection_wants_body(const struct connection *conn);
bool connection_reads_ahead(const struct connection *conn);
bool connection_is_behind(const struct connection *conn);
/* There is no request, or no more of it: answer in our own name and close. */
void connection_refuse(struct connection *conn, const struct err *err);
void connection_fail_body(struct connection *conn, const struct err *err);
/* Events of the stream in the states HEAD and ANSWERING. */
void connection_head_ready(struct connection *conn);
void connection_answering_ready(struct connection *conn, unsigned ready);

static inline struct exchange *exchange_of(const struct request *req)
{
    return CONTAINER_OF((struct request *)(uintptr_t)req, struct exchange, req);
}
