// SPDX-License-Identifier: MIT
/* `GET /health` and `GET /`.  This machine is told what runs, what is wrong
   ("degraded") and how to use it; strangers only that something lives. */
#pragma once

#include "admin/row.h"

extern const struct admin_endpoint health_check;
extern const struct admin_endpoint health_about;
