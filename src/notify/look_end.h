// SPDX-License-Identifier: MIT
/* Why nothing is seen any more of an event: it is mended, or nobody looks at whom it is
   about.  Reads what others share by their own locks. */
#pragma once

#include "account/list.h"
#include "notify/event.h"
#include "team/keyring.h"

/* Of one that notify/look does not see, and saw before. */
enum event_end look_end(const struct event *event,
                        const struct account_list *list, struct keyring *ring,
                        uint64_t wall_ms);
