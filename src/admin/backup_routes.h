// SPDX-License-Identifier: MIT
/* /admin/api/backup: all that the relay keeps, as a download. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint backup_routes_post;
