// SPDX-License-Identifier: MIT
/* What a record says of what an answer used, and whether that is all: by the same rules
   for what is relayed and for the relay's own requests. */
#pragma once

#include "usage/price.h"
#include "usage/record.h"

/* What was read of it so far, and what that costs at these prices; `cost_known` stays as
   it is if nothing was told.  Borrows the usage. */
void record_usage_fill(struct record *record, const struct meter_usage *usage,
                       const struct prices *prices);

/* The row of prices that is its model's, if it is not known yet: of a request that used
   nothing, too. */
void record_usage_name(struct record *record, const struct prices *prices);

/* It may be billed, and nobody reads what for: its head never came, or has a status that
   is none of an answer's.  0: none came. */
void record_usage_unseen(struct record *record, unsigned status);
