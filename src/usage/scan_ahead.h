// SPDX-License-Identifier: MIT
/* A look at a request body while it comes: for a member of one name at its top level,
   however that is escaped.  Pure.

   One that turns out to be a whole JSON object without such a member need not be read
   again, when it is long and has left the CPU's caches. */
#pragma once

#include "usage/sift.h"

struct scan_ahead {
    struct sift sift;
    struct sift_node name;
    struct sift_node root;
    size_t seen;
    unsigned mark; /* bytes of a byte order mark in front */
    bool ended;    /* the object has, whatever came behind it */
    bool present;  /* there is such a member */
    bool named;    /* and its value is not null */
};

/* `name` is a literal; the struct stays where it is. */
void scan_ahead_init(struct scan_ahead *ahead, struct str name);
/* The next bytes of the body; `seen` counts them. */
void scan_ahead_feed(struct scan_ahead *ahead, struct str bytes);
/* Is what was fed an object, and nothing behind it, that has no such member?  False
   promises nothing: scan_body() tells. */
bool scan_ahead_is_clear(const struct scan_ahead *ahead);
/* Can it still be one object?  A byte order mark in front is passed over. */
bool scan_ahead_may_be_object(const struct scan_ahead *ahead);
