// SPDX-License-Identifier: MIT
/* What the operator says of how an account is: POST /admin/api/accounts/NAME/pause,
   /resume and /clear. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint vitals_routes_pause;
extern const struct admin_endpoint vitals_routes_resume;
extern const struct admin_endpoint vitals_routes_clear;
