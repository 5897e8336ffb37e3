// SPDX-License-Identifier: MIT
/* One answer of the simulation, paced and broken as its directives say.

       RECEIVING -> WAITING -> SENDING -> ended (complete, or cut by a fault)
           |           |          |
           |           |          '--> STALLED
           '-----------'----------'--> ended (the client left: aborted)

   Frees itself when it ends. */
#pragma once

#include "compress.h"
#include "sim.h"

struct reply;

/* Append the next piece of the body; true if more follow. */
typedef bool (*reply_next_fn)(struct reply *reply, struct buf *piece);

struct reply {
    struct sim *sim;
    struct request *req;
    struct directives d;
    uint64_t row;

    /* Set by the endpoint before reply_start(). */
    unsigned status;
    struct str content_type;
    struct str body;       /* whole answers, in the request's arena */
    reply_next_fn next;    /* streamed answers; NULL: `body` */
    struct str model;
    uint64_t input_tokens;
    uint64_t output_tokens;

    enum { REPLY_RECEIVING, REPLY_WAITING, REPLY_SENDING, REPLY_STALLED } state;
    void (*received)(struct reply *reply); /* the endpoint, once the body is in */
    struct loop_timer *timer;
    struct compress *compress;
    struct buf out;
    uint64_t index; /* of the next piece */
    uint64_t sent;  /* body bytes */
    bool head_sent;
    bool chunked;
};

/* Take the request, read its body and then call `received`, which fills in the
   answer and calls reply_start().  `window`: see request_receive(). */
struct reply *reply_new(struct sim *sim, struct request *req,
                        void (*received)(struct reply *reply));
void reply_start(struct reply *reply);

/* A whole JSON answer. */
void reply_json(struct reply *reply, unsigned status, struct str body);
/* Anthropic's error shape. */
void reply_error(struct reply *reply, unsigned status, const char *type,
                 const char *message);
