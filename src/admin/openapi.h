// SPDX-License-Identifier: MIT
/* GET /admin/api/openapi.json: the rows of admin/routes.c as an OpenAPI document, for
   tools that make clients, and for tests that ask whether it is true. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint openapi_get;

/* Pure; the caller's. */
struct json_doc *openapi_doc(const struct admin_row *rows, size_t count);
