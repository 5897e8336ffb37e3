// SPDX-License-Identifier: MIT
/* GET /metrics. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint metrics_routes_get;
