// SPDX-License-Identifier: MIT
/* Conditions that threads wait for until a steady time (base/clock.h), so that setting
   the system's clock neither wakes nor delays them.  Any thread. */
#pragma once

#include <pthread.h>
#include <stdint.h>

/* Afterwards pthread_cond_destroy(). */
void condition_init(pthread_cond_t *condition);

/* Under the lock: until clock_steady_ms() is `at_ms` (UINT64_MAX: for ever), or until
   it is signalled, or for no reason. */
void condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                    uint64_t at_ms);
