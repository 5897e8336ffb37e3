// SPDX-License-Identifier: MIT
/* The text that claude-sim gives a delta: its number, then words over and over.
   Every byte of it is known in advance.  Pure. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/* Is it "#0000042 um dolor ...", that number and nothing else? */
bool delta_is_right(struct str text, uint64_t number);
