// SPDX-License-Identifier: MIT
/* /admin/api/prices: the table in force, and changing rows of DATA_DIR/prices.json. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint prices_routes_list;
extern const struct admin_endpoint prices_routes_set;
extern const struct admin_endpoint prices_routes_remove;
