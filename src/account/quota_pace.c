// SPDX-License-Identifier: MIT
/* Where a window of an account's is going: when it is used up, and how much of it will
   be.  Pure. */
#include "account/quotas.h"

/* A rate is told of no less. */
#define RATE_MIN_MS 600000u
/* It is not known any more after a tenth of the window, or this. */
#define RATE_AGE_MS 1800000u
#define HOUR_MS 3600000u

/* "5h" and "7d_oi" are named by it; 0 of others. */
static uint64_t length_of(const struct quota *window)
{
    const char *end = window->name;
    uint64_t count;

    while (*end >= '0' && *end <= '9')
        end++;
    if (!str_to_u64((struct str){ window->name, (size_t)(end - window->name) },
                    UINT16_MAX, &count))
        return 0;
    return *end == 'd'   ? count * 24 * HOUR_MS
           : *end == 'h' ? count * HOUR_MS
                         : 0;
}

static bool is_recent(const struct quota *window, uint64_t at_ms,
                      uint64_t now_ms)
{
    uint64_t age_ms = length_of(window) / 10;

    if (age_ms < RATE_AGE_MS)
        age_ms = RATE_AGE_MS;
    return at_ms <= now_ms && now_ms - at_ms <= age_ms;
}

/* How fast it is used up, by the present window: so much in so long. */
struct pace {
    uint64_t used_ppm;
    uint64_t ms; /* 0: not known */
};

static struct pace pace_of(const struct quota *window, uint64_t now_ms)
{
    const struct quota_sample *first = &window->samples[0];
    const struct quota_sample *last;

    if (window->sample_count < 2 || window->reset_ms <= now_ms)
        return (struct pace){ 0, 0 };
    last = &window->samples[window->sample_count - 1];
    if (!is_recent(window, last->at_ms, now_ms) ||
        last->at_ms < first->at_ms + RATE_MIN_MS ||
        last->used_ppm < first->used_ppm)
        return (struct pace){ 0, 0 };
    return (struct pace){ (uint64_t)(last->used_ppm - first->used_ppm),
                          last->at_ms - first->at_ms };
}

uint64_t quota_runs_out_ms(const struct quota *window, uint64_t now_ms)
{
    struct pace pace = pace_of(window, now_ms);
    const struct quota_sample *last;
    uint64_t at_ms;

    if (pace.used_ppm == 0)
        return 0;
    last = &window->samples[window->sample_count - 1];
    if (last->used_ppm >= QUOTA_PPM)
        return 0;
    at_ms = last->at_ms +
            (uint64_t)(QUOTA_PPM - last->used_ppm) * pace.ms / pace.used_ppm;
    return at_ms > now_ms && at_ms < window->reset_ms ? at_ms : 0;
}

int64_t quota_at_reset_ppm(const struct quota *window, uint64_t now_ms)
{
    struct pace pace = pace_of(window, now_ms);
    const struct quota_sample *last;

    if (pace.ms == 0)
        return -1;
    last = &window->samples[window->sample_count - 1];
    return last->used_ppm + (int64_t)((window->reset_ms - last->at_ms) *
                                      pace.used_ppm / pace.ms);
}
