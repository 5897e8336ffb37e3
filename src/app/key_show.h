// SPDX-License-Identifier: MIT
/* All of one key, or of one group, for people. */
#pragma once

#include "base/json.h"

/* Members that it has, one a line, by their names in the API; then its limits with
   what is used of each, and what was used in all.  Times are in its own time zone. */
void key_show(const struct json_doc *doc);
