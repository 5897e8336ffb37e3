// SPDX-License-Identifier: MIT
/* GET /v1/me/usage and GET /v1/me/requests: what was used with a key, for whoever holds
   it.  Nothing of other keys, of accounts and of addresses: neither by what is answered,
   nor by what is found or not, nor by numbers that count those of all. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint me_usage_sums;
extern const struct admin_endpoint me_usage_requests;
