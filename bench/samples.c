// SPDX-License-Identifier: MIT
/* Measured values. */
#include "bench/samples.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIRST_CAP 4096

void samples_add(struct samples *samples, uint64_t value)
{
    if (samples->count == samples->cap) {
        samples->cap = samples->cap ? samples->cap * 2 : FIRST_CAP;
        samples->at =
            mem_realloc(samples->at, samples->cap * sizeof(*samples->at));
    }
    samples->at[samples->count++] = value;
}

void samples_done(struct samples *samples)
{
    mem_free(samples->at);
    *samples = (struct samples){ 0 };
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

void samples_sort(struct samples *samples)
{
    if (samples->count > 1)
        qsort(samples->at, samples->count, sizeof(*samples->at), compare);
}

uint64_t samples_percentile(const struct samples *samples, double percent)
{
    double rank = percent / 100 * (double)samples->count;
    size_t index = (size_t)rank;

    if (samples->count == 0)
        return 0;
    /* The nearest rank, counted from one, is `rank` rounded up. */
    if ((double)index == rank && index > 0)
        index--;
    return samples->at[index < samples->count ? index : samples->count - 1];
}
