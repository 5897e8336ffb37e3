// SPDX-License-Identifier: MIT
/* POST /admin/api/accounts/:name/test: the smallest message through an account, and what
   came of it. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_test;
