// SPDX-License-Identifier: MIT
/* The steps that send a body: see reply.h for the drawing. */
#pragma once

#include "base/flow.h"

struct visit;

/* Before the first send_body: which fault lies ahead, and where. */
void send_prepare(struct visit *visit);

struct flow_next send_body(struct flow *flow);
/* The answer is complete. */
struct flow_next send_finish(struct flow *flow);
/* Faults. */
struct flow_next send_cut(struct flow *flow);
struct flow_next send_reset(struct flow *flow);
struct flow_next send_stalled(struct flow *flow);
