// SPDX-License-Identifier: MIT
/* A look at a request body while it comes: for a proxy_config at its top level, however
   that is escaped, and for what it asks for (scan_facts.h).  Pure.

   One that turns out to be a whole JSON object without such a member need not be read
   again, when it is long and has left the CPU's caches. */
#pragma once

#include "usage/scan_facts.h"

struct scan_ahead {
    struct sift sift;
    struct scan_facts facts; /* as far as the body has come */
    size_t seen;
    unsigned mark; /* bytes of a byte order mark in front */
    bool ended;    /* the object has, whatever came behind it */
    bool present;  /* there is a proxy_config */
    bool named;    /* and its value is not null */
};

/* The struct stays where it is. */
void scan_ahead_init(struct scan_ahead *ahead);
/* The next bytes of the body; `seen` counts them. */
void scan_ahead_feed(struct scan_ahead *ahead, struct str bytes);
/* Is what was fed an object, and nothing behind it, that has no proxy_config?  False
   promises nothing: scan_body() tells. */
bool scan_ahead_is_clear(const struct scan_ahead *ahead);
/* Can it still be one object?  A byte order mark in front is passed over. */
bool scan_ahead_may_be_object(const struct scan_ahead *ahead);
