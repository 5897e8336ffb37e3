// SPDX-License-Identifier: MIT
/* Does an account work?  GET /admin/api/accounts/:name/profile, and POST
   /admin/api/accounts/:name/message, a first message through it. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint account_trial_profile;
extern const struct admin_endpoint account_trial_message;
