// SPDX-License-Identifier: MIT
/* A flow: asynchronous work as a column of small steps in the order they run.

       flow_start -> step -> step -> ... -> done
                       |  ^
                 sleep v  | flow_wake
                      (waits)

   A step starts at most one operation and says what comes next.  Only
   flow_wake() runs steps, and steps never nest: a wake that comes while a step
   runs makes the flow go on after it.  Only `done` frees the flow's object.
   Loop thread only. */
#pragma once

#include <stdbool.h>

struct flow;

struct flow_next {
    struct flow_next (*step)(struct flow *flow); /* NULL: finished */
    bool sleep;                                  /* wait for a wake first */
};

typedef struct flow_next (*flow_step)(struct flow *flow);

struct flow {
    flow_step next;
    void (*done)(struct flow *flow);
    bool running;
    bool woken;
};

/* Prepare; the first flow_wake() runs `first`.  `done` comes once, as the last
   thing, and may free the object that holds the flow. */
void flow_init(struct flow *flow, flow_step first,
               void (*done)(struct flow *flow));

/* Run steps until one sleeps or finishes. */
void flow_wake(struct flow *flow);

/* Go on with `step` at the next wake instead of what was planned, whatever the
   flow was waiting for (the client left, say). */
void flow_divert(struct flow *flow, flow_step step);

/* What a step returns. */
static inline struct flow_next flow_go(flow_step step)
{
    return (struct flow_next){ .step = step };
}

static inline struct flow_next flow_sleep_then(flow_step step)
{
    return (struct flow_next){ .step = step, .sleep = true };
}

static inline struct flow_next flow_finish(void)
{
    return (struct flow_next){ 0 };
}
