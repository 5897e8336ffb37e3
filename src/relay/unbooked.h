// SPDX-License-Identifier: MIT
/* Batches: what they cost is known when their results are fetched, hours after they were
   created perhaps, and counted then (relay/results.h). */
#pragma once

#include "team/key.h"

/* May this key create one?  Not if it promises never to go over its budget, and not if
   it, or its group, may spend nothing at all; and not while a cost limit is used up, as
   all that costs something (relay/ration.h). */
bool unbooked_may_batch(const struct key *key, struct err *err) MUST_CHECK;
