// SPDX-License-Identifier: MIT
/* How a store is doing: for /health.  Plain values. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct store_state {
    size_t waiting;     /* jobs */
    uint64_t oldest_ms; /* for so long */
    /* Why nothing can be saved at the moment, or empty. */
    char problem[320];
};
