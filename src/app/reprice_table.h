// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, for people.  Pure. */
#pragma once

#include "base/buf.h"
#include "usage/reprice_tally.h"

#define REPRICE_TABLE_MAX (1024u * 1024)

/* One line for each model, the dearest first, and one for all; as narrow as `width`,
   as far as that goes (0: as wide as it is). */
void reprice_table_add(struct buf *out, size_t width,
                       const struct reprice_tally *tally);

/* All of them, under an empty name. */
struct reprice_sum reprice_table_total(const struct reprice_tally *tally);
