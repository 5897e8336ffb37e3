// SPDX-License-Identifier: MIT
/* The tables of `claude-relay top`, from what GET /admin/api/live tells.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* Two lines: what is counted, and how much it is. */
void top_tables_figures(struct buf *out, size_t width,
                        const struct json_doc *figures);
/* With the windows of their plans, as bars. */
void top_tables_accounts(struct buf *out, size_t width, uint64_t now_ms,
                         const struct json_doc *list);
/* Rows as GET /admin/api/requests has them. */
void top_tables_ended(struct buf *out, size_t width,
                      const struct json_doc *const *rows, size_t count);
