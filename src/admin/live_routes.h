// SPDX-License-Identifier: MIT
/* What happens, over HTTP: server-sent events. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint live_routes_get;
