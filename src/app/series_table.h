// SPDX-License-Identifier: MIT
/* The course of what was used as a table.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `answer` is that of GET /admin/api/series; `width` of the terminal, 0: none. */
void series_table_add(struct buf *out, size_t width,
                      const struct json_doc *answer);
/* What is to be said below it; or nothing. */
void series_table_add_notes(struct buf *out, const struct json_doc *answer);
