// SPDX-License-Identifier: MIT
/* A look at a request body while it comes: one that turns out to be a whole JSON
   object without a member of that name need not be read again, when it is long and
   has left the CPU's caches.  Pure. */
#pragma once

#include "usage/sift.h"

struct scan_ahead {
    struct sift sift;
    struct sift_node name;
    struct sift_node root;
    size_t seen;
    bool named;
};

/* `name` is a literal; the struct stays where it is. */
void scan_ahead_init(struct scan_ahead *ahead, struct str name);
/* The next bytes of the body; `seen` counts them. */
void scan_ahead_feed(struct scan_ahead *ahead, struct str bytes);
/* Is what was fed an object, and nothing behind it, that has no such top-level
   member, however that is escaped?  False promises nothing: scan_body() tells. */
bool scan_ahead_is_clear(const struct scan_ahead *ahead);
/* Can it become clear yet? */
bool scan_ahead_may_be_clear(const struct scan_ahead *ahead);
