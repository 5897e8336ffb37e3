// SPDX-License-Identifier: MIT
/* Clocks, in milliseconds.  Any thread. */
#pragma once

#include <stdint.h>

/* Never jumps; its zero means nothing.  For intervals and deadlines. */
uint64_t clock_steady_ms(void);
/* The same in nanoseconds, for measurements. */
uint64_t clock_steady_ns(void);
/* Milliseconds since 1970 UTC.  May jump.  For expiry times and log lines. */
uint64_t clock_wall_ms(void);
