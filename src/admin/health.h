// SPDX-License-Identifier: MIT
/* `GET /health` and `GET /`.  This machine is told what runs, what is wrong
   ("degraded") and how to use it; strangers only that something lives. */
#pragma once

#include "admin/routes.h"

/* What somebody has to look after: a list of texts, empty if all is well.  The
   caller's. */
struct json_doc *health_problems(const struct admin_options *options);
/* How the ledger is doing; the caller's.  NULL if there is none. */
struct json_doc *health_bookings(const struct admin_options *options);
extern const struct admin_member health_bookings_members[];

extern const struct admin_endpoint health_check;
extern const struct admin_endpoint health_about;
