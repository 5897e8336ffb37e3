// SPDX-License-Identifier: MIT
/* Accounts of another relay: POST /admin/api/accounts/import, as `claude-relay account
   import` does it. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_import;
