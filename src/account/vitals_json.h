// SPDX-License-Identifier: MIT
/* What is known of an account, as it is kept over a restart: health and windows, without
   requests in flight.  Pure. */
#pragma once

#include "account/vitals.h"
#include "base/json.h"

/* The caller's. */
struct json_doc *vitals_to_json(const struct vitals_copy *copy);
/* What cannot be read is not known. */
void vitals_from_json(const struct json_doc *doc, struct vitals_copy *copy);
