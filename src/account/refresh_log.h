// SPDX-License-Identifier: MIT
/* What the log says of a refresh: of which account, why, what came of it.  No token, and
   nothing of one.  Not for other folders. */
#pragma once

#include "account/refresh_internal.h"

/* Its new tokens are saved: until when the access token lives. */
void refresh_log_saved(const struct refresh *r);
/* r->err says why; the next try is in `wait_ms`. */
void refresh_log_postponed(const struct refresh *r, uint64_t wait_ms);
/* For good: r->err. */
void refresh_log_refused(const struct refresh *r);
/* For debugging: the plan's state begins. */
void refresh_log_state(const struct refresh *r);
