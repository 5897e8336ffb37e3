// SPDX-License-Identifier: MIT
/* Moments as people name them when they ask for what was.  Pure. */
#pragma once

#include <stdint.h>

#include "base/str.h"

#define WHEN_FORMS                                                             \
    "a time like 2026-11-30T08:00:00Z, a day of UTC like 2026-11-30, or how "  \
    "long ago, like 36h or 7d"

/* Wall clock.  A day stands for its beginning or, with `end`, for the beginning of the
   next.  False if it is none of WHEN_FORMS. */
bool when_parse(struct str text, bool end, uint64_t now_ms, uint64_t *out_ms);
