// SPDX-License-Identifier: MIT
/* Batches: Anthropic charges for them hours later, where no limit sees it. */
#pragma once

#include "team/key.h"

/* May this key create one?  Not if it promises never to go over its budget, and not if
   it, or its group, may spend nothing at all. */
bool unbooked_may_batch(const struct key *key, struct err *err) MUST_CHECK;
