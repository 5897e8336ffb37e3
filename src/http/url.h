// SPDX-License-Identifier: MIT
/* Query strings, byte for byte.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* The decoded value of the first parameter `name` in `query`; false if it is
   absent.  A malformed escape yields the value as it is. */
bool url_query_get(struct arena *arena, struct str query, struct str name,
                   struct str *value);

/* The same for the next such parameter of `*query`, which moves on behind it. */
bool url_query_next(struct arena *arena, struct str *query, struct str name,
                    struct str *value);

/* `query` without all parameters whose name, decoded, is `name`, and those that
   `drops` (or NULL) says true of, decoded as a whole; every other byte unchanged;
   each takes one '&' with it. */
struct str url_query_without(struct arena *arena, struct str query,
                             struct str name, bool (*drops)(struct str text));
