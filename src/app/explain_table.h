// SPDX-License-Identifier: MIT
/* Which account would serve, for people: the chosen one first, then those that could,
   then the others with the reason.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* For invocation_print().  `answer` is that of POST /admin/api/explain; `width` of the terminal, 0: none. */
void explain_table_add(struct buf *out, size_t width,
                       const struct json_doc *answer);
