// SPDX-License-Identifier: MIT
/* Conditions by the steady clock. */
#include "base/condition.h"

#include <time.h>

void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                    uint64_t at_ms)
{
    struct timespec at = { .tv_sec = (time_t)(at_ms / 1000),
                           .tv_nsec = (long)(at_ms % 1000) * 1000000 };

    if (at_ms == UINT64_MAX)
        (void)pthread_cond_wait(condition, lock);
    else
        (void)pthread_cond_timedwait(condition, lock, &at);
}
