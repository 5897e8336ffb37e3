// SPDX-License-Identifier: MIT
/* Rows of CSV (RFC 4180).  A cell that a spreadsheet would take for a formula has an
   apostrophe in front, and nothing in it moves the cursor of a terminal, but for tabs and
   ends of lines.  Pure. */
#pragma once

#include "base/buf.h"

struct csv {
    struct buf *out; /* whose ceiling cannot be reached */
    bool begun;      /* there is a cell in this row */
};

void csv_add(struct csv *csv, struct str cell);
void csv_add_number(struct csv *csv, int64_t number);
void csv_end_row(struct csv *csv);
