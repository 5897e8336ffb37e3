// SPDX-License-Identifier: MIT
/* A way that was tried step by step, as people read it: members target, proxy, steps and
   error of what the management API answers. */
#pragma once

#include "base/json.h"

/* On standard output. */
void way_print(const struct json_doc *report);
