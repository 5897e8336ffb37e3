// SPDX-License-Identifier: MIT
/* What is used of limits, as documents: for /admin/api/keys, /admin/api/groups and
   /v1/me.  Pure. */
#pragma once

#include "admin/row.h"
#include "team/counters.h"

/* Limits of one key or group, and whose clock they go by. */
struct use_doc_of {
    struct counters *counters;
    const struct limits *limits;
    const struct zone *zone;
    struct counters_now now;
};

/* A member for each limit there is: {"limit", "used", "reserved", "resets_at"}; money
   in dollars. */
struct json_doc *use_doc_limits(const struct use_doc_of *of);
/* {"requests", "input_tokens", "output_tokens", "cost"}: all that was ever used. */
struct json_doc *use_doc_total(const struct use_doc_of *of);

/* Sets "used" and "total", and "today" and "last_30d" of the same members as the
   total. */
void use_doc_set(struct json_doc *doc, const struct use_doc_of *of);

/* Tables of both; the members of the first are named as limits are. */
extern const struct admin_member use_doc_limits_members[];
extern const struct admin_member use_doc_total_members[];
/* Limits as they are set: a number or a text each, null for none; and as they are
   shown: numbers. */
extern const struct admin_member use_doc_set_members[];
extern const struct admin_member use_doc_shown_members[];
