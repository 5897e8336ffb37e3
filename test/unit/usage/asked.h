// SPDX-License-Identifier: MIT
/* What a body asks for, as text; and a body looked at in every way. */
#pragma once

#include "usage/scan_facts.h"

/* What is told, in order, separated by spaces: "model=m max=5 stream cache 1h images=2
   unmeasured uses=3 unbounded servers
   files=2"; "model?" and "max?" are odd ones,
   "again" a model that was named before.  Lives until
   the next call of this thread. */
const char *asked_text(const struct scan_facts *facts);

/* Look at the body whole, in pieces of one size, and cut in two at every byte, in blocks
   of exactly that size: fails unless all tell the same.  The facts. */
struct scan_facts asked_check(struct str body);
