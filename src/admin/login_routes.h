// SPDX-License-Identifier: MIT
/* Signing in: POST /oauth/auth-url, POST /oauth/token.  First steps for
   admin/exchange.h. */
#pragma once

#include "base/flow.h"

struct flow_next login_routes_auth_url(struct flow *flow);
struct flow_next login_routes_token(struct flow *flow);
