// SPDX-License-Identifier: MIT
/* Requests for people: a line each.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `list`: as GET /admin/api/requests has them.  In a terminal of that width (0: it is none)
   what tells least is left out. */
void requests_table_add(struct buf *out, size_t width,
                        const struct json_doc *list);
