// SPDX-License-Identifier: MIT
/* What a client presents as its credential: in Authorization, as Bearer or alone, in
   x-api-key, or in both.  Pure. */
#pragma once

#include "http/headers.h"

/* At most so many fields are looked at, so that one request tries few keys. */
#define PRESENTED_MAX 4

/* The next text that is presented, from *at on, which begins as 0 and is then behind
   its field; false at the end.  Empty ones are passed over. */
bool presented_next(const struct headers *headers, size_t *at,
                    struct str *text);

/* Is all that Authorization holds for somebody else: of another scheme than Bearer, as
   "Basic ..." for a proxy that passes it on?  True if there is none. */
bool presented_is_for_others(const struct headers *headers);

/* Does it look like a relay key (cr_...)? */
bool presented_is_key(struct str text);
