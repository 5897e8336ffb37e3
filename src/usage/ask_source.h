// SPDX-License-Identifier: MIT
/* Where sums come from: tables of sums, and bookings.  For usage/ask. */
#pragma once

#include "usage/ask.h"

/* What a row is of, beside its sums. */
enum ask_shape {
    ASK_PLAIN,   /* holder, account and model */
    ASK_BY_TIME, /* all of a day or hour */
    ASK_WHOLE,   /* all of it */
    ASK_SHAPES,
};

/* A row of a source; what its shape does not tell is 0. */
struct ask_part {
    int64_t time; /* of ASK_DAYS the day, of ASK_HOURS the hour in seconds */
    int64_t holder;
    int64_t account;
    int64_t model;
    int64_t session;
    int64_t key_id; /* of a session; instead of its holder */
    int64_t sums[ASK_SUMS];
};

struct ask_from {
    const struct ask_span *span;
    const struct ask_filter *filter;
    const struct zone *zone; /* whose days ASK_DAYS are */
    enum ask_shape shape;    /* of ASK_ROWS always ASK_PLAIN */
    bool sessions; /* of sessions only: ASK_HOURS come from `session_hour` */
    bool (*part)(void *arg, const struct ask_part *part);
    void *arg;
};
/* Parts in the order of time, within a time in any; part() may say it is enough. */
bool ask_source_read(struct sql *sql, const struct ask_from *from,
                     struct err *err) MUST_CHECK;
