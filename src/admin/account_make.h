// SPDX-License-Identifier: MIT
/* Adding an account: POST /admin/api/accounts, and whether that would go well. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_make;
extern const struct admin_endpoint account_make_check;
