// SPDX-License-Identifier: MIT
/* The way of an attempt to its account's provider.  Pure. */
#pragma once

#include "relay/relayed.h"

/* Its proxy, borrowed; NULL: direct. */
const struct proxy *way_proxy(const struct relayed *r);
/* Did the request name it? */
bool way_is_detour(const struct relayed *r);
/* May the account's credential take it (gateway_is_safe())? */
bool way_is_safe(const struct relayed *r, struct err *err) MUST_CHECK;
