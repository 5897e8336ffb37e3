// SPDX-License-Identifier: MIT
/* One request to /oauth, in hand.

       admit -> receive -> (the route's own steps) -> answered
                                  any -> the client left

   A client that leaves stops waiting; what it asked of the keeper is carried out
   all the same.  Loop thread only. */
#pragma once

#include "account/keeper.h"
#include "admin/routes.h"
#include "base/flow.h"
#include "upstream/probe.h"

struct route {
    struct str method;
    struct str pattern; /* segments; ":" stands for an account name */
    flow_step first;    /* once the body is there */
};

struct exchange {
    struct flow flow;
    struct admin *admin;
    struct request *req;
    const struct route *route;
    struct str name;       /* a valid account name, if the pattern has one */
    struct json_doc *body; /* an object; empty if nothing was sent */
    struct keeper_wait *wait;
    struct store_job *job;
    struct json_doc *pending;
    struct probe *probe;
    struct err err;
};

/* Takes over the request and frees itself in the end. */
void exchange_start(struct admin *admin, struct request *req,
                    const struct route *route, struct str name);

static inline struct exchange *exchange_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct exchange, flow);
}

/* The wake for everything that a step starts. */
void exchange_wake(void *arg);

/* Last steps: answer with a document (freed here), or with x->err. */
struct flow_next exchange_reply(struct exchange *x, struct json_doc *doc);
struct flow_next exchange_refuse(struct exchange *x);

/* Ask the keeper about the account; the step sleeps until x->wait is done. */
void exchange_ask(struct exchange *x, enum keeper_op op, struct str name,
                  const struct json_doc *change);
