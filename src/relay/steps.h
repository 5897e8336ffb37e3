// SPDX-License-Identifier: MIT
/* The steps of a relayed request that others go to; their order is drawn in
   relay/relay.h.  For relay/relay.c (up to sending), relay/answer.c (what came of it) and
   relay/settle.c (the end) alone. */
#pragma once

#include "relay/relayed.h"
#include "relay/running.h"

static inline struct relayed *relayed_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct relayed, flow);
}

struct flow_next step_authorise(struct flow *flow);
struct flow_next step_authorised(struct flow *flow);
struct flow_next step_send(struct flow *flow);
struct flow_next step_judge(struct flow *flow);
struct flow_next step_settle(struct flow *flow);

/* Every event of client and upstream comes here. */
void step_wake(void *arg);
/* It is woken then, if nothing else does it: `patient_until_ms`. */
void step_be_patient(struct relayed *r, uint64_t ms);
/* Answer in our own name; only before a response was started. */
struct flow_next step_refuse(struct relayed *r, const struct err *err);
/* No answer came, or none can come, of the present account: ask another one, give the
   client the answer that was kept, or refuse. */
struct flow_next step_go_on(struct relayed *r, const struct err *err);
/* The token of the present account has not come yet: another one that is ready serves, once
   that has taken a while. */
struct flow_next step_await_token(struct relayed *r);
/* It ends here and now, and is freed: somebody who manages the relay wants that.  False,
   and nothing happens, if it ends already.  Not from inside a step. */
bool step_cancel(struct relayed *r);
/* What it waits for.  Likewise. */
enum running_step step_now(const struct relayed *r);
/* What was waited for, or with, is given back. */
void step_stop_waiting(struct relayed *r);
