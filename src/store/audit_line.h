// SPDX-License-Identifier: MIT
/* What changed, for the line of the log: short.  Pure. */
#pragma once

#include "base/json.h"

/* Of a document in bytes, and of one text in it. */
#define AUDIT_LINE_MAX 1000
#define AUDIT_LINE_TEXT_MAX 200

/* Append the object as compact JSON.  A text that is longer ends with an ellipsis, a
   value that has no room is one, and so is the last member's name if members are left
   out. */
void audit_line_write(const struct json_doc *doc, struct buf *out);
