// SPDX-License-Identifier: MIT
/* One request as the server hands it to a handler, and its body.

   The request lives until its response is ended or aborted, or until the client
   is gone and the handler has let go (request_release()).

   Body:   UNREAD -> READING -> COMPLETE
                        |-----> FAILED      (too large, too slow, malformed)
   Any state -> client gone (request_is_gone()).
   Loop thread only. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/headers.h"
#include "http/request_id.h"
#include "net/peers.h"

enum request_body {
    REQUEST_BODY_UNREAD,
    REQUEST_BODY_READING,
    REQUEST_BODY_COMPLETE,
    REQUEST_BODY_FAILED,
};

#define REQUEST_LENGTH_UNKNOWN UINT64_MAX /* chunked */

/* What the log will say of a request, and its refusal may; filled by whoever answers
   it. */
struct request_notes {
    const char *who; /* how it proved what it may; or NULL */
    const char *key; /* the name of its relay key; or NULL */
    const struct err
        *refusal;   /* why it was refused, or its answer cut; or NULL */
    bool is_logged; /* it has its line already */
};

struct request {
    struct arena *arena; /* everything of this request's lifetime */
    struct str method;   /* GET, POST, ... as sent */
    struct str target;   /* path and query as sent; begins with '/' */
    struct str path;     /* the target up to '?' */
    struct str query;    /* behind '?', without it; may be empty */
    bool http_1_0;
    struct headers headers;
    struct addr peer;
    struct peer_process *process; /* at the other end; the connection's */
    uint64_t length;     /* of the body in bytes, or REQUEST_LENGTH_UNKNOWN */
    uint64_t arrived_ns; /* steady clock, when the head was complete */
    uint64_t arrived_ms; /* wall clock, the same moment; `id` has it too */
    char id[REQUEST_ID_SIZE]; /* for log, errors and bookings */
    struct request_notes notes;
    bool is_vouched; /* request_vouch() */
};

/* Whom to call when something changed: body progress, client gone, response
   queue drained.  Never called from inside a request_ or response_ function. */
void request_watch(struct request *req, void (*wake)(void *arg), void *arg);

/* The body holds a secret: no copy of it stays in memory.  Before it is received. */
void request_body_is_secret(struct request *req);

/* Begin to read the body (answers "100 Continue" where that was asked).
   `max`: beyond it the body FAILS with ERR_TOO_LARGE.
   `window`: 0 keeps the whole body; otherwise reading pauses while so many bytes
   are waiting to be taken with request_consume(). */
void request_receive(struct request *req, uint64_t max, size_t window);
/* From now on reading pauses while so many bytes wait, those that came before too. */
void request_narrow(struct request *req, size_t window);
enum request_body request_body_state(const struct request *req);
/* Why the body FAILED. */
const struct err *request_body_error(const struct request *req);

/* The body bytes that have arrived and were not consumed; valid until the handler
   returns to the loop. */
struct str request_body(const struct request *req);
void request_consume(struct request *req, size_t len);
/* Free what is buffered of the body. */
void request_drop_body(struct request *req);

/* Another id of the time when it came, for something else that is done for it. */
void request_another_id(const struct request *req, char out[REQUEST_ID_SIZE]);

/* Its answer has no body, whatever the head says. */
static inline bool request_is_head(const struct request *req)
{
    return str_eq(req->method, STR("HEAD"));
}

/* The client closed its side or broke the connection.  (A client that shuts only
   its sending side counts as gone: docs/decisions.) */
bool request_is_gone(const struct request *req);
/* It is gone because the server ends: whoever was told gives the request back at once,
   whatever is under way. */
bool request_is_ended(const struct request *req);

/* Whoever sent it has proved to be no stranger: the connection stays open for more,
   wherever it comes from.  Before the answer is started. */
void request_vouch(struct request *req);

/* A handler that was told the client is gone gives the request back; otherwise
   response_end() or response_abort() do that. */
void request_release(struct request *req);
