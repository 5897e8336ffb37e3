// SPDX-License-Identifier: MIT
/* One message batch, and its JSON. */
#pragma once

#include "base/list.h"
#include "sim/sim.h"
#include "sim/usage.h"

enum batch_state { BATCH_IN_PROGRESS, BATCH_CANCELING, BATCH_ENDED };

struct batch_item {
    struct str custom_id;
    struct str model;
    bool fails; /* its custom_id begins with "error" */
    struct usage usage;
};

struct batch {
    struct list link;
    struct arena *arena;
    char id[SIM_ID_MAX];
    enum batch_state state;
    bool canceled;
    uint64_t created_ms;
    uint64_t canceled_ms;
    uint64_t ended_ms;
    size_t count;
    struct batch_item *items;
};

struct visit;

/* Append the batch as Anthropic shows it. */
void batch_write(const struct visit *visit, const struct batch *batch,
                 struct buf *out);

/* Append the line of one of its requests in the results: the same each time. */
void batch_write_result(const struct batch *batch,
                        const struct batch_item *item, struct buf *out);

/* Append what was billed for it, as an array: nothing before it ended, and nothing if it
   was cancelled. */
void batch_write_bill(const struct batch *batch, struct buf *out);
