// SPDX-License-Identifier: MIT
/* /admin/api/log: how much is logged, and changing it while the relay runs. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint log_routes_get;
extern const struct admin_endpoint log_routes_change;
