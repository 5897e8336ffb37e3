// SPDX-License-Identifier: MIT
/* Files that nobody needs any more.  Blocking. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Remove those of `folder` that `is_one` says yes to, and that nobody has written to
   for so long.  What cannot be removed stays: it harms nobody. */
void leftover_sweep(const char *folder, bool (*is_one)(const char *file),
                    uint64_t age_s);
