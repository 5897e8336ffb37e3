// SPDX-License-Identifier: MIT
/* One request to the management API, in hand.

       receive -> check -> (the endpoint's own steps) -> answered
          |                       |
          '-> the client left <---'

   A client that leaves takes nothing back: what has an `action`, and was begun, goes on
   to its end, for whoever reads the audit log, and its answer goes nowhere.  Other
   requests end, and so does all when the server does.  Loop thread only. */
#pragma once

#include "account/keeper.h"
#include "admin/routes.h"
#include "admin/row.h"

struct admin_parts;

/* Values that a document may have, which a body is or has in it as a text: a large one
   holds a large text, not many of them.  They take a worker's time, and parsed a hundred
   bytes each; a thousand accounts have some ten thousand. */
#define ADMIN_VALUES_MAX 200000

struct admin_request {
    struct flow flow;
    struct admin *admin;
    struct request *req; /* NULL once it is answered */
    const struct admin_row *row;
    struct router_match match;       /* decoded: match.at[0] is the first ':' */
    struct json_doc *body;           /* an object; empty if nothing was sent */
    void *state;                     /* the endpoint's, or NULL */
    struct keeper_wait *wait;        /* of admin_ask() */
    struct err err;                  /* for admin_refuse() */
    const struct admin_parts *parts; /* of admin/parts.h */
    bool secret_parts;               /* likewise */
    bool begun;                      /* the endpoint's own steps */
    /* Of the browser that asks: an answer in parts goes on no longer than it; or empty.  The
       text lies in the request's head, which stays. */
    struct str session;
    /* No part of a whole is missing, wherever it ends: with its session it ends as after
       its last part.  Others are cut. */
    bool is_endless;
    /* Or NULL.  True, with x->err: an answer in parts is cut now, although its client has
       not read what waits, so that no part is asked for. */
    bool (*is_over)(struct admin_request *x);
    struct loop_timer *rest; /* of admin_rest() */
    struct audit *audit;     /* of admin/audited.h; or NULL */
};

/* Takes over the request and frees itself in the end. */
void admin_request_start(struct admin *admin, struct request *req,
                         const struct admin_row *row,
                         const struct router_match *match);

static inline struct admin_request *admin_request_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct admin_request, flow);
}

/* The wake for everything that a step starts. */
void admin_wake(void *arg);

/* The step that follows comes in the next turn of the loop: what takes longer than a
   millisecond is done in parts, between which others have their turn. */
struct flow_next admin_rest(struct admin_request *x, flow_step then);

/* The decoded value of a parameter of the URL; false if it is absent. */
bool admin_query(struct admin_request *x, const char *name, struct str *value);

/* Has the session ended by which it was let in?  True, with x->err.  It is looked at
   again whenever something came of the client's after the head, and between the parts
   of what takes long. */
bool admin_session_is_over(struct admin_request *x);

/* Ask the keeper about an account; the step sleeps until x->wait is done. */
void admin_ask(struct admin_request *x, enum keeper_op op, struct str name,
               const struct json_doc *change);

/* True once the keeper has answered and all is well; else `*next` is what the step
   returns: `again` follows, or the request is refused. */
bool admin_is_answered(struct admin_request *x, flow_step again,
                       struct flow_next *next);

/* ---- last steps: each drops the state and ends the request --------------- */

/* With a document, which is freed here, and the status of the endpoint's good
   answer. */
struct flow_next admin_reply(struct admin_request *x, struct json_doc *doc);
/* The same with further fields of the head, each ended by CRLF. */
struct flow_next admin_reply_with(struct admin_request *x, struct json_doc *doc,
                                  struct str fields);
/* With x->err: {"error":"text"} below /oauth/ and /admin/, elsewhere Anthropic's
   shape.  The status is that of the error's code. */
struct flow_next admin_refuse(struct admin_request *x);

/* With bytes, borrowed until it returns; they must not lie in the state. */
struct admin_file {
    struct str content_type;
    struct str bytes;
    struct str fields; /* further ones, each ended by CRLF; may be empty */
};
struct flow_next admin_reply_bytes(struct admin_request *x,
                                   const struct admin_file *file);
/* The same with an ETag made from the bytes: a client that names it in
   If-None-Match has them already and gets 304. */
struct flow_next admin_reply_static(struct admin_request *x,
                                    const struct admin_file *file);

/* For other kinds of answers (admin/parts.h): drops the state and gives the request
   out of hand; the caller ends it and returns flow_finish(). */
struct request *admin_end(struct admin_request *x);
