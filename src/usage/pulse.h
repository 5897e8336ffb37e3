// SPDX-License-Identifier: MIT
/* How things go just now, by bookings since the start: rates of the last minute, failures
   of the last hour, times to the first byte.  Of fixed size.  One thread at a time;
   pure, the time is an argument. */
#pragma once

#include "usage/booking.h"

#define PULSE_SLOT_MS 5000
#define PULSE_SLOTS 720 /* an hour */
/* Newest first bytes that are kept, and for how long they count. */
#define PULSE_TIMES 1024
#define PULSE_TIMES_MS 300000

struct pulse_slot {
    uint64_t number; /* of five seconds since 1970 */
    uint64_t requests;
    uint64_t failed;
    uint64_t tokens;
};

struct pulse_time {
    uint64_t at_ms;
    uint32_t first_byte_ms;
};

/* Zeroed memory is an empty one. */
struct pulse {
    struct pulse_slot slots[PULSE_SLOTS];
    struct pulse_time times[PULSE_TIMES];
    uint64_t
        time_count; /* ever; the newest is at (time_count - 1) % PULSE_TIMES */
};

/* A request ended just now.  Results of batches are none. */
void pulse_add(struct pulse *pulse, const struct booking *booking,
               uint64_t now_ms);

struct pulse_figures {
    uint64_t requests_minute;
    uint64_t tokens_minute; /* of all kinds */
    uint64_t failed_hour_ppm;
    /* Of the last five minutes. */
    bool timed;
    uint64_t first_byte_p50_ms;
    uint64_t first_byte_p95_ms;
};
void pulse_look(const struct pulse *pulse, uint64_t now_ms,
                struct pulse_figures *figures);
