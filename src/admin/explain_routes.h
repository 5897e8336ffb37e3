// SPDX-License-Identifier: MIT
/* POST /admin/api/explain: which account would serve a request, and why not the others. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint explain_routes_post;
