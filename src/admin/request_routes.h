// SPDX-License-Identifier: MIT
/* One request that has ended, over HTTP. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint request_routes_get;
