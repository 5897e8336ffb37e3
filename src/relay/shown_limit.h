// SPDX-License-Identifier: MIT
/* What is left of the cost limits of a key and its group, in the fields in which
   Anthropic tells a subscription what is left of its own: cost_5h is their window of
   five hours, cost_week that of seven days.  Pure. */
#pragma once

#include "base/buf.h"
#include "team/counters.h"

/* Fields with this beginning are the upstream's own account of it. */
#define SHOWN_LIMIT_FIELDS STR("anthropic-ratelimit-unified-")

/* The limits of one of them, and what is used. */
struct shown_limit {
    struct counters_view view;
    const struct zone *zone; /* NULL: UTC */
};

/* Append the fields, each with its CRLF; none if no cost is limited.  Of the same
   limit of key and group the one of which more is used is told. */
void shown_limit_write(const struct shown_limit *of, size_t count,
                       uint64_t now_wall_ms, struct buf *out);
