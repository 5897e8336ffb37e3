// SPDX-License-Identifier: MIT
/* GET /admin/api/keys: relay keys in pages, in the order that is asked for; and
   GET /admin/api/tags. */
#pragma once

#include "admin/request.h"

extern const struct admin_endpoint key_list_keys;
extern const struct admin_endpoint key_list_tags;
