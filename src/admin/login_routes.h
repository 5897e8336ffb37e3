// SPDX-License-Identifier: MIT
/* Signing in: POST /oauth/auth-url, POST /oauth/token. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint login_routes_auth_url;
extern const struct admin_endpoint login_routes_token;
