// SPDX-License-Identifier: MIT
/* Where sums come from: tables of sums, and bookings.  For usage/ask. */
#pragma once

#include "usage/ask.h"

/* What the parts are of that a source is read in. */
enum ask_kind {
    ASK_OF_HOLDER,
    ASK_OF_ACCOUNT,
    ASK_OF_MODEL,
    ASK_OF_TIME,    /* of ASK_DAYS the day, of ASK_HOURS the hour in seconds */
    ASK_OF_SESSION, /* this and the next: of sessions only */
    ASK_OF_KEY,
    ASK_OF_ALL,
    ASK_KINDS,
};

/* The number that its sums count for; there may be several parts of one. */
struct ask_part {
    int64_t number; /* 0 of ASK_OF_ALL, and of ASK_ROWS' time */
    int64_t sums[ASK_SUMS];
};

struct ask_from {
    const struct ask_span *span;
    const struct ask_filter *filter;
    const struct zone *zone; /* whose days ASK_DAYS are */
    enum ask_kind kind;
    bool sessions; /* of sessions only: from tables of their own */
    bool (*part)(void *arg, const struct ask_part *part);
    void *arg;
};
/* part() may say it is enough. */
bool ask_source_read(struct sql *sql, const struct ask_from *from,
                     struct err *err) MUST_CHECK;
