// SPDX-License-Identifier: MIT
/* Public test data that lies beside the tree (../shared/testdata).  A clone
   without it passes too. */
#pragma once

#include "base/str.h"

/* Show every file of a folder of it, each in a block of exactly its size.  How
   many there were; 0 if the folder is not here, which is printed. */
size_t public_visit(const char *folder,
                    void (*see)(const char *name, struct str bytes));
