// SPDX-License-Identifier: MIT
/* Requests that run, for people: a line each.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `list`: as GET /admin/api/requests/running has them; `max` of them at most.  In a terminal
   of that width (0: it is none) what tells least is left out; ids stay if they are
   `wanted`. */
struct running_table {
    size_t width;
    size_t max;
    bool wanted;
};
void running_table_add(struct buf *out, const struct running_table *table,
                       const struct json_doc *list);

/* "950 ms", "3.4 s", "12:07", "1:02:07". */
void running_table_add_age(struct buf *out, uint64_t ms);
