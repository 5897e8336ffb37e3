// SPDX-License-Identifier: MIT
/* The accounts: GET /oauth/accounts and what lies below it,
   GET /admin/api/accounts, POST /admin/api/proxy-test. */
#pragma once

#include "admin/row.h"

struct admin_request;

/* The account that the path names, a reference; NULL with x->err if there is none. */
struct account *account_routes_find(struct admin_request *x);

extern const struct admin_endpoint account_routes_list;
extern const struct admin_endpoint account_routes_list_all;
extern const struct admin_endpoint account_routes_status;
extern const struct admin_endpoint account_routes_delete;
extern const struct admin_endpoint account_routes_patch;
extern const struct admin_endpoint account_routes_refresh;
extern const struct admin_endpoint account_routes_proxy_test;
extern const struct admin_endpoint account_routes_way_test;
