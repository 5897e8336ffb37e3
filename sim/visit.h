// SPDX-License-Identifier: MIT
/* One request from its head to the end of its answer, as a flow:

       receive -> collect -> decide -> (reply.h: the steps of sending) -> done
                                any -> leave -> done       (the client left)

   It lives in the request's arena and ends with it.  Loop thread only. */
#pragma once

#include "base/flow.h"
#include "sim/bills.h"
#include "sim/credential.h"
#include "sim/directives.h"
#include "sim/reply.h"
#include "sim/sim.h"

/* How the request goes back to the server. */
enum visit_end { VISIT_END, VISIT_CUT, VISIT_RESET };

struct visit {
    struct sim *sim;
    struct request *req;
    struct flow flow;
    struct loop_timer *timer; /* NULL until the first pause */
    bool paused;
    const struct route *route;
    struct str param; /* the variable part of the path */
    struct directives directives;
    struct credential credential;
    struct reply reply;
    uint64_t row; /* 0: not in the ledger */
    enum bills_outcome outcome;
    enum bills_outcome if_gone;
    enum visit_end end;
    char id[SIM_ID_MAX];

    /* A body that is not kept whole goes here piece by piece. */
    void (*sink)(struct visit *visit, struct str bytes);
    void (*sink_done)(struct visit *visit);
    void *sink_state;
    uint64_t body_bytes;
};

#define VISIT(f) CONTAINER_OF(f, struct visit, flow)

void visit_begin(struct sim *sim, struct request *req);

/* Go on with `step` after that time; other events do not wake the flow. */
struct flow_next visit_pause(struct visit *visit, uint64_t ms, flow_step step);

/* Its row in the bills, or NULL. */
struct bills_row *visit_row(const struct visit *visit);

/* The whole body (endpoints without a sink). */
struct str visit_body(const struct visit *visit);

/* A parameter of the query, empty if it is absent. */
struct str visit_query(const struct visit *visit, struct str name);
