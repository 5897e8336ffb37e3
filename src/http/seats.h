// SPDX-License-Identifier: MIT
/* Who gets one of the places that MAX_CONNECTIONS allows.  Some are kept for this
   machine (our user and root), so that strangers can hold what they like and its
   owner still comes in.
   Pure, but for the counters. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEATS_KEPT_MAX 16

struct seats_limits {
    size_t max;             /* connections that are served */
    size_t kept;            /* of them, for this machine alone */
    size_t turned_away_max; /* that are told so, beside those */
    size_t applying_max;    /* that wait to be identified, beside those */
};

/* Of several servers together. */
struct seats {
    atomic_size_t served;
    atomic_size_t turned_away;
    atomic_size_t applying;
    /* Since the start. */
    atomic_uint_fast64_t served_ever;
    atomic_uint_fast64_t refused_ever; /* turned away, or closed */
};

enum seat {
    SEAT_SERVE,
    SEAT_TURN_AWAY, /* with a 503 that says why */
    SEAT_CLOSE,     /* without a word */
};

/* How many of `max` are kept: 16, but never more than half. */
size_t seats_kept(size_t max);

/* For a connection that has just come; `near`: it is known to be this
   machine's own. */
enum seat seats_decide(const struct seats_limits *limits,
                       const struct seats *seats, bool near);
