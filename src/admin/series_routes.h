// SPDX-License-Identifier: MIT
/* /admin/api/series: what was used, point by point, for charts. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint series_routes_get;
