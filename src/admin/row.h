// SPDX-License-Identifier: MIT
/* What the management API consists of: rows (admin/routes.c) of method, pattern, who
   may, and an endpoint; an endpoint is what happens, and what is said of it.  The
   request's members are checked against what is said before the first step runs, and
   GET /admin/api/openapi.json is made from the same tables, so that the document
   cannot say anything else. */
#pragma once

#include "base/flow.h"
#include "base/json.h"
#include "http/router.h"

/* ---- members ------------------------------------------------------------ */

enum admin_type {
    ADMIN_TEXT,
    ADMIN_NUMBER,  /* a whole one */
    ADMIN_MONEY,   /* US dollars: a number, or a text with at most 6 decimals */
    ADMIN_DOLLARS, /* the same in answers: a number */
    ADMIN_BOOL,
    ADMIN_OBJECT, /* `members` are its members; NULL: any */
    ADMIN_LIST,   /* `members` has one row, without a name: its elements */
    ADMIN_ANY,
};

/* A table of them ends with ADMIN_END. */
struct admin_member {
    const char *name;
    enum admin_type type;
    unsigned traits;
    const char *text; /* what it means; the end of a table has none */
    const struct admin_member *members;
};

/* Traits.  A member of an answer is required if it is in every good answer. */
#define ADMIN_REQUIRED 1u
#define ADMIN_OR_NULL 2u

#define ADMIN_END                                                              \
    {                                                                          \
        .text = NULL                                                           \
    }

/* ---- endpoints ---------------------------------------------------------- */

struct admin_endpoint {
    flow_step first; /* once the body is there; admin/request.h */
    /* Of the row's own state: zeroed, in the request's arena, x->state.  `drop` gives
       back what the state holds; it comes once, before the request is answered or
       when the client has left. */
    size_t state_size;
    void (*drop)(void *state);
    /* In bytes; 0 takes no body, ADMIN_BODY is enough for a document. */
    uint64_t body_max;
    /* For readers. */
    const char *tag;
    const char *summary;
    const struct admin_member *query; /* of the URL: texts, whole numbers, and
                                         true or false; NULL: none */
    const struct admin_member *body;  /* of the request; NULL: none */
    const struct admin_member *answer;
    unsigned status; /* of a good answer; 0: 200 */
    /* What it is called in the audit log: "key.create".  Every row has it that is not for
       looking (a GET, or ADMIN_LOOK); the test of rows sees to that. */
    const char *action;
    const char
        *target; /* the member of the body that names what it is done to, if
                           the path does not; or NULL */
    const char *content_type; /* if it is no JSON document */
    /* What it does is its answer: once the client has left there is nothing to go on
       with.  Of those with an `action` alone; the others are so all the same. */
    bool ends_with_client;
};

#define ADMIN_BODY (2u * 1024 * 1024)

static inline unsigned admin_status(const struct admin_endpoint *endpoint)
{
    return endpoint->status ? endpoint->status : 200;
}

/* Is the body, an object, what `endpoint->body` says: no members but those, all that
   are required, each of its type?  False and err (ERR_BAD_REQUEST, naming the
   member).  Pure, as the next. */
bool admin_check_body(const struct admin_endpoint *endpoint,
                      const struct json_doc *body, struct err *err) MUST_CHECK;
/* The same for the parameters of the URL, each once at most. */
bool admin_check_query(const struct admin_endpoint *endpoint, struct str query,
                       struct err *err) MUST_CHECK;

/* ---- rows --------------------------------------------------------------- */

enum admin_right {
    ADMIN_PUBLIC, /* everybody; the endpoint may ask who it is */
    ADMIN_MANAGE, /* the admin token, or this machine (team/caller.h) */
    ADMIN_LOOK,   /* the same, for what changes nothing */
    ADMIN_SCRAPE, /* the same, and METRICS_TOKEN */
};

struct admin_row {
    struct router_row route;
    enum admin_right right;
    const struct admin_endpoint *endpoint;
};

#define ADMIN_ROW(method, pattern, right, endpoint)                            \
    {                                                                          \
        ROUTER_ROW(method, pattern), ADMIN_##right, &(endpoint)                \
    }
