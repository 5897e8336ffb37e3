// SPDX-License-Identifier: MIT
/* Measured values, all of them kept, so that percentiles are exact.  Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty one. */
struct samples {
    uint64_t *at;
    size_t count;
    size_t cap;
};

void samples_add(struct samples *samples, uint64_t value);
void samples_done(struct samples *samples);

/* Sort them; samples_percentile() needs that. */
void samples_sort(struct samples *samples);

/* The smallest value that at least `percent` (0 to 100) of the sorted samples do
   not exceed; 0 if there are none. */
uint64_t samples_percentile(const struct samples *samples, double percent);
