// SPDX-License-Identifier: MIT
/* GET /admin/api/usage: sums of what was booked; GET /admin/api/requests: what was
   booked of each.  As JSON, and as CSV of any length. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint usage_routes_sums;
extern const struct admin_endpoint usage_routes_requests;
