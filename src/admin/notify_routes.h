// SPDX-License-Identifier: MIT
/* Notices, over HTTP: what is told now, and a test. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint notify_routes_get;
extern const struct admin_endpoint notify_routes_change;
extern const struct admin_endpoint notify_routes_test;
