// SPDX-License-Identifier: MIT
/* The table of prices in force as a document: each row as prices.json would have it.
   Pure. */
#pragma once

#include "admin/row.h"
#include "usage/price.h"

/* [{"model":"claude-...","input":3000000,...,"own":false,"in_force":true}]; the
   caller's. */
struct json_doc *prices_doc_rows(const struct prices *prices, uint64_t now_ms);

/* Of a row, and of one that is set: without its model. */
extern const struct admin_member prices_doc_row_members[];
extern const struct admin_member prices_doc_set_members[];
