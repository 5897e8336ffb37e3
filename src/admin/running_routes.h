// SPDX-License-Identifier: MIT
/* Requests that run, over HTTP: a look at them, and their end. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint running_routes_list;
extern const struct admin_endpoint running_routes_cancel;
