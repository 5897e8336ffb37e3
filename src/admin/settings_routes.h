// SPDX-License-Identifier: MIT
/* /admin/api/settings: the options in force, and where they are from. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint settings_routes_get;
