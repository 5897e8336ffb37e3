// SPDX-License-Identifier: MIT
/* What needs somebody, over HTTP. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint attention_routes_get;
