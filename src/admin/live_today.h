// SPDX-License-Identifier: MIT
/* What was used today, by what is booked: asked now and then on a thread of the records.
   Loop thread only. */
#pragma once

#include "base/zone.h"
#include "store/records.h"
#include "usage/ask.h"

struct live_today;

/* `records` NULL: nothing is booked. */
struct live_today *live_today_new(struct records *records, struct loop *loop,
                                  const struct zone *zone);
/* NULL is fine. */
void live_today_free(struct live_today *today);

/* Ask again, unless that is being done, or was done a moment ago. */
void live_today_ask(struct live_today *today);
/* False: it is not known, or not yet. */
bool live_today_sums(const struct live_today *today, int64_t sums[ASK_SUMS]);
