// SPDX-License-Identifier: MIT
/* What a meter was told, as text; and a text fed to a meter in every way. */
#pragma once

#include "usage/meter.h"

/* What is known, in order, separated by spaces:
   "in=1 out=2 cw=3 5m=4 1h=5 cr=6 web=7 model=m tier=t [] [n out=8] final stopped
   failed"; in brackets iterations by model, the first the answer's own.
   Lives until the next call of this thread. */
const char *told_text(const struct meter_usage *usage);

/* Feed the text whole, in pieces of one size, and cut in two at every byte: fails
   with `name` unless it tells `want` each time. */
void told_check(const char *name, enum meter_kind kind, struct str text,
                const char *want);
