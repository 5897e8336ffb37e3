// SPDX-License-Identifier: MIT
/* Browsers sign in and out: /admin/api/session, and GET /admin/api/sessions. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint session_routes_begin;
extern const struct admin_endpoint session_routes_get;
extern const struct admin_endpoint session_routes_end;
extern const struct admin_endpoint session_routes_list;
