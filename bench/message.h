// SPDX-License-Identifier: MIT
/* Is this answer in JSON the one that was asked for?  Pure. */
#pragma once

#include "bench/events.h"

/* Its text is all deltas one behind the other, without stamps, and the upstream
   counted the request's tokens. */
bool message_complete(struct str body, const struct events_plan *plan);
