// SPDX-License-Identifier: MIT
/* /admin/api/groups: groups of relay keys. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint group_routes_create;
extern const struct admin_endpoint group_routes_list;
extern const struct admin_endpoint group_routes_get;
extern const struct admin_endpoint group_routes_change;
extern const struct admin_endpoint group_routes_delete;
