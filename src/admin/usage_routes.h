// SPDX-License-Identifier: MIT
/* GET /admin/api/usage: sums of what was booked; GET /admin/api/requests: what was
   booked of each.  As JSON, and as CSV of any length. */
#pragma once

#include "admin/request.h"
#include "store/sql.h"

extern const struct admin_endpoint usage_routes_sums;
extern const struct admin_endpoint usage_routes_requests;

/* For questions of others (admin/me_usage.h): x->state begins with a usage_asking whose
   question is there.  The step that follows, up to the answer. */
struct flow_next usage_routes_begin_sums(struct admin_request *x);
/* For usage_asking_start(). */
bool usage_routes_run_requests(struct sql *sql, void *arg, struct err *err);
