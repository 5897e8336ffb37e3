// SPDX-License-Identifier: MIT
/* Entries of the audit log as CSV (base/csv.h).  Pure. */
#pragma once

#include "base/json.h"

/* At most so much is one row. */
#define AUDIT_CSV_ROW_MAX 49152

/* Append the titles, or one entry as the API has it: `before` and `after` are JSON. */
void audit_csv_add_titles(struct buf *out);
void audit_csv_add(struct buf *out, const struct json_doc *entry);
