// SPDX-License-Identifier: MIT
/* The accounts: GET /oauth/accounts and what lies below it.  First steps for
   admin/exchange.h. */
#pragma once

#include "base/flow.h"

struct flow_next account_routes_list(struct flow *flow);
struct flow_next account_routes_status(struct flow *flow);
struct flow_next account_routes_delete(struct flow *flow);
struct flow_next account_routes_patch(struct flow *flow);
struct flow_next account_routes_refresh(struct flow *flow);
struct flow_next account_routes_proxy_test(struct flow *flow);
