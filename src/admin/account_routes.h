// SPDX-License-Identifier: MIT
/* The accounts: GET /oauth/accounts and what lies below it. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_routes_list;
extern const struct admin_endpoint account_routes_status;
extern const struct admin_endpoint account_routes_delete;
extern const struct admin_endpoint account_routes_patch;
extern const struct admin_endpoint account_routes_refresh;
extern const struct admin_endpoint account_routes_proxy_test;
