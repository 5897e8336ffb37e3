// SPDX-License-Identifier: MIT
/* Requests for people: a line each.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `list`: as GET /admin/api/requests has them. */
void requests_table_add(struct buf *out, const struct json_doc *list);
