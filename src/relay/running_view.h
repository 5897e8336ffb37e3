// SPDX-License-Identifier: MIT
/* What is seen of a request that runs.  On its thread; not for other folders. */
#pragma once

#include "relay/relayed.h"
#include "relay/running.h"

void running_view_fill(struct running_view *view, const struct relayed *r);
