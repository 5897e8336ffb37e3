// SPDX-License-Identifier: MIT
/* GET /v1/me: what a key may, for whoever holds it. */
#pragma once

#include "admin/request.h"

extern const struct admin_endpoint me_show;

/* The key that asks, a reference; NULL, and x->err is what it is told. */
struct key *me_find_key(struct admin_request *x);
