// SPDX-License-Identifier: MIT
/* The two text forms of figures for Prometheus: its own 0.0.4
   (https://prometheus.io/docs/instrumenting/exposition_formats/) and OpenMetrics 1.0
   (https://prometheus.io/docs/specs/om/open_metrics_spec/).  Samples are the same in
   both.  Pure. */
#pragma once

#include "base/buf.h"
#include "http/headers.h"

enum metrics_form { METRICS_TEXT, METRICS_OPEN };

/* Which one the client would rather have: the former, unless it names the latter. */
enum metrics_form metrics_form_of(const struct headers *headers);
#define METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_OPEN_TYPE                                                      \
    "application/openmetrics-text; version=1.0.0; charset=utf-8"

enum metrics_type {
    METRICS_COUNTER, /* its name ends with _total */
    METRICS_GAUGE,
    METRICS_HISTOGRAM,
    METRICS_SUMMARY, /* a sum and a count, without quantiles */
    METRICS_INFO,    /* always 1; its name ends with _info */
};

struct metrics_family {
    const char *name;
    enum metrics_type type;
    const char *help; /* without backslashes and newlines */
};

/* # HELP, # TYPE, and # UNIT where there is one. */
void metrics_form_head(struct buf *out, enum metrics_form form,
                       const struct metrics_family *family);
/* What follows the last family. */
void metrics_form_end(struct buf *out, enum metrics_form form);

struct metrics_label {
    const char *name;
    struct str value; /* any text */
};
/* number / 10^decimals */
struct metrics_value {
    uint64_t number;
    unsigned decimals;
};
struct metrics_sample {
    const char *name;
    const char *suffix; /* "_bucket" and the like, or empty */
    const struct metrics_label *labels;
    size_t label_count;
    struct metrics_value value;
};
/* One line, the same in either form. */
void metrics_form_sample(struct buf *out, const struct metrics_sample *sample);

/* 0.05 of 50000 millionths, 1.0 of 1000000: as the value of a label `le`. */
#define METRICS_BOUND_MAX 32
void metrics_form_bound(uint64_t millionths, char out[METRICS_BOUND_MAX]);
