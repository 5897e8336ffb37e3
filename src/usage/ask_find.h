// SPDX-License-Identifier: MIT
/* The numbers of bookings that match, within one hour.  For usage/ask_requests. */
#pragma once

#include "usage/ask_requests.h"

/* An hour, and between which numbers its bookings lie; others may lie there too. */
struct ask_hour {
    int64_t hour_s;
    int64_t first;
    int64_t last;
};

struct ask_finding {
    const struct ask_requests *ask;
    uint64_t deadline_ms; /* steady */
    int64_t *numbers;     /* what is found, room for ask->limit */
    size_t count;
};

/* From the newest back, those up to number `hour->last`, until all are found that are
   wanted or the time is up; one step is taken in any case.  `*back_to` is the smallest
   number down to which all were looked at: hour->first if it is done. */
bool ask_find_in(struct sql *sql, struct ask_finding *finding,
                 const struct ask_hour *hour, int64_t *back_to,
                 struct err *err) MUST_CHECK;
