// SPDX-License-Identifier: MIT
/* GET /admin/api/audit: who managed what. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint audit_routes_list;
