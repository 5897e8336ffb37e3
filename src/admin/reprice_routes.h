// SPDX-License-Identifier: MIT
/* POST /admin/api/usage/reprice: bookings are priced again by the present prices, for
   about a second; a longer run takes several requests, each with the cursor of the one
   before. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint reprice_routes_post;
