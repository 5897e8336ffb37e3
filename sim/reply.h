// SPDX-License-Identifier: MIT
/* The answer of a visit: what it is, and the steps that send it at the pace and
   with the faults that the directives ask for.

       first_byte -> head -> body -> body ... -> finish
           |           |       |  (pauses, back-pressure)
           |           |       '--> cut / reset / stalled   (faults in the body)
           '-----------'----------> cut / reset / stalled   (before or in the head)

   Stalled ends when the client leaves. */
#pragma once

#include "base/flow.h"
#include "sim/compress.h"
#include "sim/sse.h"

struct visit;

struct reply {
    unsigned status; /* 0: not decided */
    struct str type;
    struct str body;    /* in the request's arena, or static; or in `own` */
    struct buf own;     /* what reply_open() gave out */
    struct sse *sse;    /* a stream of events instead of a body */
    struct usage usage; /* billed when a body has been sent whole */
    const bool *hold;   /* NULL, or: the head waits while this is so */

    /* Sending. */
    enum directive_framing framing;
    enum directive_encoding encoding;
    struct compress *compress;
    struct str rest;   /* of the body */
    uint64_t sent;     /* body bytes */
    uint64_t events;   /* of a stream */
    uint64_t fault_at; /* DIRECTIVES_NONE: nowhere */
    flow_step fault;   /* what happens there */
    uint64_t paced;    /* deltas, or body bytes, that had their pause */
    uint64_t due_ms;   /* when the latest pause was to end */
    bool is_stream;
};

void reply_done(struct reply *reply);

/* A buffer for the body of an answer with that status. */
struct buf *reply_open(struct visit *visit, unsigned status, struct str type);
/* The same for JSON, status 200. */
struct buf *reply_json(struct visit *visit);
/* A body that exists already and lives as long as the request. */
void reply_body(struct visit *visit, unsigned status, struct str type,
                struct str body);
/* Anthropic's error shape; the type follows from the status. */
void reply_fault(struct visit *visit, unsigned status, const char *message);
/* Anthropic's type for an error status. */
const char *reply_error_type(unsigned status);

/* The first step of sending. */
struct flow_next reply_first_byte(struct flow *flow);
