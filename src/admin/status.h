// SPDX-License-Identifier: MIT
/* GET /admin/api/status: the running relay at a glance. */
#pragma once

#include "admin/routes.h"

extern const struct admin_endpoint status_get;

/* Pure but for the process's number and the clocks; the caller's. */
struct json_doc *status_doc(const struct admin_options *options);
