// SPDX-License-Identifier: MIT
/* GET /v1/me: what a key may, for whoever holds it. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint me_show;
