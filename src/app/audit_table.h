// SPDX-License-Identifier: MIT
/* Entries of the audit log for people: one line each, the newest first. */
#pragma once

#include "base/json.h"

/* `entries`: a list as GET /admin/api/audit has it. */
void audit_table_print(const struct json_doc *entries);
