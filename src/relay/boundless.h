// SPDX-License-Identifier: MIT
/* Why nothing bounds what a request may cost, and how that is mended: for a text.
   Pure. */
#pragma once

#include "usage/scan_facts.h"

/* Of a body that price_worst() finds no bound for; it is compressed if `packed`.
   `facts` NULL: it is no JSON object.
   The caller's, to free with mem_free(). */
char *boundless_text(bool packed, const struct scan_facts *facts);
