// SPDX-License-Identifier: MIT
/* Adding an account: POST /admin/api/accounts. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_make;
