// SPDX-License-Identifier: MIT
/* Why something failed, as a document for programs. */
#pragma once

#include "base/json.h"
#include "base/reason.h"

/* {"code": ..., "params": {...}}; the caller frees it. */
struct json_doc *reason_doc(const struct err *why);

/* Set both members in `doc` as such a document has them; null, if it is NULL. */
void reason_doc_set(struct json_doc *doc, const struct json_doc *reason);
