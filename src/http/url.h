// SPDX-License-Identifier: MIT
/* URLs and query strings.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct url {
    bool tls;        /* https */
    struct str host; /* without brackets */
    uint16_t port;
    struct str prefix; /* the path without a trailing '/'; may be empty */
};

/* An http:// or https:// URL.  A user part, a query or a fragment is refused. */
bool url_parse(struct arena *arena, struct str text, struct url *url,
               struct err *err) MUST_CHECK;

/* The decoded value of the first parameter `name` in `query`; false if it is
   absent.  A malformed escape yields the value as it stands. */
bool url_query_get(struct arena *arena, struct str query, struct str name,
                   struct str *value);

/* `query` without all parameters called `name`, every other byte unchanged. */
struct str url_query_without(struct arena *arena, struct str query,
                             struct str name);
