// SPDX-License-Identifier: MIT
/* Options for people: all as a table, or one with all that is known of it.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `answer` is that of GET /admin/api/settings; `width` of the terminal, 0: none. */
void settings_table_add(struct buf *out, size_t width,
                        const struct json_doc *answer);
/* For invocation_print(); false if there is no option of that name. */
bool settings_table_add_one(struct buf *out, const struct json_doc *answer,
                            struct str name);
