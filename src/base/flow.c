// SPDX-License-Identifier: MIT
/* Flows: see the header for the rules. */
#include "base/flow.h"

void flow_init(struct flow *flow, flow_step first,
               void (*done)(struct flow *flow))
{
    *flow = (struct flow){ .next = first, .done = done };
}

void flow_divert(struct flow *flow, flow_step step)
{
    flow->next = step;
}

/* Runs until a step sleeps with no wake pending; false when it finished. */
static bool run_steps(struct flow *flow)
{
    for (;;) {
        flow_step planned = flow->next;
        struct flow_next next = planned(flow);

        if (flow->next == planned)
            flow->next = next.step;
        if (!flow->next)
            return false;
        if (next.sleep && !flow->woken)
            return true;
        flow->woken = false;
    }
}

void flow_wake(struct flow *flow)
{
    bool alive;

    if (flow->running) {
        flow->woken = true;
        return;
    }
    flow->running = true;
    flow->woken = false;
    alive = run_steps(flow);
    flow->running = false;
    if (!alive)
        flow->done(flow);
}
