// SPDX-License-Identifier: MIT
/* Cells of a table (app/columns.h) from members of a document; "-" where there is none.
   Pure. */
#pragma once

#include "app/columns.h"
#include "base/json.h"

/* A longer text is cut. */
#define CELLS_TEXT_WIDTH 60

void cells_add_text(struct columns *columns, const struct json_doc *doc,
                    const char *member);
/* As `write` puts it: usage_table_add_number(), say. */
void cells_add_number(struct columns *columns, const struct json_doc *doc,
                      const char *member,
                      void (*write)(struct buf *out, uint64_t number));
/* A part of "2026-11-30 08:00:00". */
struct cells_part {
    size_t from;
    size_t len;
};
void cells_add_time(struct columns *columns, const struct json_doc *doc,
                    const char *member, struct cells_part part);
