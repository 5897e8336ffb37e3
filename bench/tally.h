// SPDX-License-Identifier: MIT
/* What is counted.  All but `abandoned`, `broken`, `lost` and `fault` counts only
   while the measurement runs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/samples.h"

#define TALLY_FAULT_MAX 200

struct tally {
    bool running;
    uint64_t start_ns; /* of the measurement */
    uint64_t end_ns;
    uint64_t requests;  /* answers complete and right */
    uint64_t left;      /* streams that we left mid-way */
    uint64_t abandoned; /* the same, at any time */
    uint64_t events;    /* received, of any type */
    uint64_t
        broken; /* answers that were cut, refused, or not what they should be */
    uint64_t lost; /* answers that had not come when we stopped waiting */
    struct samples latency_ns;   /* from the intended start to the last byte */
    struct samples first_ns;     /* from the intended start to the first byte */
    struct samples delay_ns;     /* of each delta, from the stamp in it */
    char fault[TALLY_FAULT_MAX]; /* what broke first */
};

/* A request that was meant to start then counts for the percentiles. */
bool tally_is_within(const struct tally *tally, uint64_t intended_ns);

void tally_break(struct tally *tally, const char *why, unsigned status);
void tally_done(struct tally *tally);
