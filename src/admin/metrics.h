// SPDX-License-Identifier: MIT
/* GET /metrics: figures for Prometheus, in its text format 0.0.4
   (https://prometheus.io/docs/instrumenting/exposition_formats/). */
#pragma once

#include "admin/routes.h"
#include "usage/ledger.h"

extern const struct admin_endpoint metrics_get;

/* More than all of it. */
#define METRICS_MAX 65536

struct metrics {
    uint64_t problems;
    uint64_t in_flight;
    const struct tally *tally;
    struct ledger_state bookings;
};
/* Pure. */
void metrics_write(const struct metrics *metrics, struct buf *out);
