// SPDX-License-Identifier: MIT
/* Moments as people name them when they ask for what was.  Pure. */
#pragma once

#include <stdint.h>

#include "base/zone.h"

#define WHEN_FORMS                                                             \
    "a time like 2026-11-30T08:00:00Z, a day of UTC like 2026-11-30, or how "  \
    "long ago, like 36h or 7d"

/* Wall clock.  A day stands for its beginning or, with `end`, for the beginning of the
   next.  False if it is none of WHEN_FORMS. */
bool when_parse(struct str text, bool end, uint64_t now_ms, uint64_t *out_ms);

/* The same, where a day is one of a zone. */
#define WHEN_FORMS_IN_ZONE                                                     \
    "a time like 2026-11-30T08:00:00Z, a day of the relay's time zone like "   \
    "2026-11-30, or how long ago, like 36h or 7d"
bool when_parse_in(const struct zone *zone, struct str text, bool end,
                   uint64_t now_ms, uint64_t *out_ms);
