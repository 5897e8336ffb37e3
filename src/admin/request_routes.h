// SPDX-License-Identifier: MIT
/* One request that has ended, over HTTP. */
#pragma once

#include "admin/request.h"
#include "admin/row.h"

/* The id in the path of `x`; false and a 404 in x->err if it cannot be that of any
   request. */
bool request_routes_read_id(struct admin_request *x, uint64_t *began_ms,
                            uint64_t *tail);

extern const struct admin_endpoint request_routes_get;
