// SPDX-License-Identifier: MIT
/* Why something was refused, as rows of the audit log keep it for programs: the code and
   the values of its text (base/reason.h), without tokens that may be in them.  Pure; any
   thread. */
#pragma once

#include "base/err.h"
#include "base/json.h"

/* {"code": ..., "params": {...}}; the caller frees it. */
struct json_doc *audit_reason_of(const struct err *why);

/* Set both members in `doc`, from such a document as text; null, if it is empty: of what
   was done, and of rows of older programs. */
void audit_reason_add(struct json_doc *doc, struct str text);
