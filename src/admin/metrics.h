// SPDX-License-Identifier: MIT
/* GET /metrics: figures for Prometheus.  What they are is in admin/metrics.def. */
#pragma once

#include "admin/metrics_form.h"
#include "admin/metrics_gather.h"

/* How far they are written. */
struct metrics_writing {
    const struct metrics *metrics;
    enum metrics_form form;
    size_t row;
    size_t item; /* of it */
    bool ended;
};

/* Append the next lines, until there are `full` bytes or a few more; false: those were
   the last.  Pure. */
bool metrics_write(struct metrics_writing *writing, struct buf *out,
                   size_t full);
/* What one call appends at most beyond `full`. */
#define METRICS_MORE_MAX 16384
